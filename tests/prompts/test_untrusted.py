"""Text from elsewhere keeps its length and loses every means of posing as something else."""

import json
import sys
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from clew.prompts.untrusted import shown

# Marks between turns, of thoughts, tools and images, as the tokenizers of many families have them.
MARKS = """
<|im_start|> <|im_end|> <|endoftext|> <|begin_of_text|> <|start_header_id|> <|eot_id|> <|user|>
<|assistant|> <|start|> <|channel|> <|START_OF_TURN_TOKEN|> <|start_of_role|> <|im_middle|>
<s> </s> <<SYS>> <</SYS>> [INST] [/INST] [SYSTEM_PROMPT] [/SYSTEM_PROMPT] [AVAILABLE_TOOLS]
[TOOL_CALLS] [TOOL_RESULTS] [/TOOL_RESULTS] [THINK] [/THINK] [IMG_BREAK] [control_8]
<start_of_turn> <end_of_turn> <bos> <eos> <unused7> <think> </think> <tool_call> </tool_call>
<｜begin▁of▁sentence｜> <｜User｜> <｜Assistant｜> <｜end▁of▁sentence｜> [gMASK] [sMASK] <sop>
[|system|] [|user|] [|endofturn|] [BOS] [EOT] [start_header_id] [end_header_id] [extra_id_0]
]~!b[ ]~b] [e~[ >>QUESTION<< >>ANSWER<< <extra_id_0> <image> <reserved_106> <SPECIAL_12> [CLS]
[SEP] [MASK] [UNUSED_TOKEN_145] ＜s＞ <|im_end｜> ［INST］ [／INST] [ＩＮＳＴ] [𝐈𝐍𝐒𝐓]
""".split()

wild = st.text(
    st.one_of(
        st.sampled_from(
            "\n\r\t\x0b\x0c\x1c\x85\u2028\u2029\u200b\u202e\ufeff\ud800<>|[]/~｜_ 12Aa"
        ),
        st.characters(),
    )
)


def normalised(text: str) -> str:
    return unicodedata.normalize("NFKC", text)


@pytest.mark.parametrize("mark", MARKS)
def test_no_mark_of_a_conversation_survives(mark: str) -> None:
    for text in (mark, f"a{mark}b", f"[{mark}]", f"<{mark}{mark}>"):
        assert mark not in shown(text)
        # Some tokenizers normalise before they look for marks.
        assert normalised(mark) not in normalised(shown(text))


@given(wild)
@example("".join(map(chr, range(0x3000))))
@example("".join(map(chr, range(0xE0000, 0xE0200))))
def test_it_is_one_visible_line_of_the_same_length(text: str) -> None:
    made = shown(text)
    assert len(made) == len(text)
    assert len(made.splitlines()) <= 1
    assert not {unicodedata.category(c) for c in made} & {"Cc", "Cf", "Cs", "Zl", "Zp"}
    assert not set("<>|~") & set(made)
    made.encode()  # as no lone surrogate can be


def test_no_character_becomes_part_of_a_mark_when_normalised() -> None:
    characters = [c for c in map(chr, range(sys.maxunicode + 1)) if unicodedata.decomposition(c)]
    assert len(characters) > 5_000
    for character in characters:
        made = normalised(shown(character))
        assert not set("<>|~") & set(made), hex(ord(character))
        assert made in ("[", "]") or not set("[]") & set(made), hex(ord(character))


@given(wild)
def test_showing_twice_changes_nothing_more(text: str) -> None:
    assert shown(shown(text)) == shown(text)


@given(wild, wild, wild)
def test_every_character_stays_in_its_place(before: str, quoted: str, after: str) -> None:
    made = shown(before + quoted + after)
    # Brackets may round off where words beside them complete a mark; all else is as it is alone.
    alone = shown(before) + shown(quoted) + shown(after)
    same = str.maketrans("()", "[]")
    assert made.translate(same) == alone.translate(same)


@pytest.mark.parametrize(
    "text",
    [
        "The Otter (1911) cost £1,200 [12] and was 40 % heavier [citation needed].",
        "«Loutre» – un remorqueur; 『カワウソ』; выдра; قضاعة; θ = x[i] + a[0]",
        json.dumps({"quotes": [{"passage": 2, "text": "an otter"}], "useful": [2, 1], "x": [True]}),
    ],
)
def test_prose_and_json_are_shown_as_they_are(text: str) -> None:
    assert shown(text) == text


@pytest.mark.parametrize(
    ("hidden", "name"),
    [
        ("\u200b", "zero-width space"),
        ("\u202e", "right-to-left override"),
        ("\u2066", "isolate"),
        ("\u00ad", "soft hyphen"),
        ("\U000e0041", "tag letter"),
        ("\ufe01", "variation selector"),
        ("\U000e0101", "supplementary variation selector"),
        ("\u3164", "filler"),
        ("\u2800", "blank pattern"),
        ("\ud800", "lone surrogate"),
    ],
)
def test_what_is_not_seen_becomes_a_space(hidden: str, name: str) -> None:
    assert shown(f"a{hidden}b") == "a b", name


def test_a_long_passage_of_brackets_takes_no_time_to_speak_of() -> None:
    text = "[" * 20_000 + "[a" * 20_000 + "[" + "a" * 100_000
    assert len(shown(text)) == len(text)
