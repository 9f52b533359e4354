"""Prompts of one's own: what they may be, and that each mistake is told with its place."""

import re
from pathlib import Path

import pytest

from clew.errors import SettingsError
from clew.prompts.loader import NAMES, load_prompts
from clew.prompts.parsing import read_prompt
from clew.prompts.trials import TRIALS

BUILT_IN = Path(__file__).parents[2] / "prompts"

HEAD = '+++\nversion = 1\nvariables = ["question", "tried", "count"]\n+++\n'
REWRITE = HEAD + "# system\nWrite queries.\n# user\nQuestion: {{ question }}\n"


def problem(folder: Path) -> str:
    with pytest.raises(SettingsError) as caught:
        load_prompts(folder)
    return str(caught.value)


def with_rewrite(folder: Path, text: str) -> Path:
    (folder / "rewrite.md").write_text(text, encoding="utf-8")
    return folder


def test_the_built_in_prompts_load_with_their_versions() -> None:
    newer = {"read": 3, "refine": 3, "rewrite": 2}
    assert load_prompts().versions == dict.fromkeys(NAMES, 1) | newer


def test_an_own_prompt_takes_the_place_of_the_built_in_one(tmp_path: Path) -> None:
    prompts = load_prompts(with_rewrite(tmp_path, REWRITE))
    assert prompts.messages("rewrite", question="Where?", tried=[], count=2) == [
        {"role": "system", "content": "Write queries."},
        {"role": "user", "content": "Question: Where?"},
    ]
    assert prompts.messages("repair", error="e") == load_prompts().messages("repair", error="e")


def test_the_version_of_an_own_prompt_tells_its_contents_apart(tmp_path: Path) -> None:
    first = load_prompts(with_rewrite(tmp_path, REWRITE)).versions
    second = load_prompts(with_rewrite(tmp_path, REWRITE.replace("queries", "searches"))).versions
    assert re.fullmatch(r"1 \(own [0-9a-f]{8}\)", str(first["rewrite"]))
    assert first["rewrite"] != second["rewrite"]
    assert first["plan"] == second["plan"] == 1


def test_an_own_beginning_is_shared_by_all(tmp_path: Path) -> None:
    (tmp_path / "common.md").write_text("+++\nversion = 3\nvariables = []\n+++\nBe brief.\n")
    prompts = load_prompts(tmp_path)
    for name in ("plan", "write"):
        values = {"question": "q", "today": "2026-01-31", "findings": [], "overview": []}
        system = prompts.messages(name, **values, recall=False, most=1)[0]
        assert system["content"].startswith("Be brief.\n\nYour task:")


def test_refining_continues_an_own_reading(tmp_path: Path) -> None:
    (tmp_path / "read.md").write_text(
        '+++\nversion = 1\nvariables = ["passages"]\n+++\n'
        "# user\n{% for p in passages %}\n{{ p.text }}\n{% else %}\nNo.\n{% endfor %}"
    )
    values = {"passages": [], "reading": "{}", "verdict": ""}
    made = load_prompts(tmp_path).messages("refine", **values)
    assert made[0] == {"role": "user", "content": "No."}
    assert [message["role"] for message in made] == ["user", "assistant", "user"]


def test_files_that_are_no_prompts_are_let_be(tmp_path: Path) -> None:
    for name in ("README.md", "._rewrite.md", "notes.txt"):
        (tmp_path / name).write_text("nothing of a prompt")
    load_prompts(with_rewrite(tmp_path, REWRITE))


def test_windows_line_ends_and_a_byte_order_mark_do_no_harm(tmp_path: Path) -> None:
    (tmp_path / "rewrite.md").write_bytes(REWRITE.replace("\n", "\r\n").encode("utf-8-sig"))
    made = load_prompts(tmp_path).messages("rewrite", question="Where?")
    assert made[1]["content"] == "Question: Where?"


def test_a_folder_must_be_there_and_hold_a_prompt(tmp_path: Path) -> None:
    assert "cannot be read: No such file" in problem(tmp_path / "nowhere")
    message = problem(tmp_path)
    assert str(tmp_path) in message and "holds none" in message and "rewrite.md" in message


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("rewite.md", "did you mean rewrite?"),
        ("Plan.md", "did you mean plan?"),
        ("zzz.md", "known are plan, chain, rewrite"),
    ],
)
def test_a_prompt_of_an_unknown_name_is_refused(tmp_path: Path, name: str, told: str) -> None:
    (tmp_path / name).write_text(REWRITE)
    assert f"{tmp_path / name}: there is no prompt of that name: {told}" in problem(tmp_path)


def test_a_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    (tmp_path / "rewrite.md").mkdir()
    assert "rewrite.md: cannot be read: Is a directory" in problem(tmp_path)


def test_a_file_in_another_encoding_is_told(tmp_path: Path) -> None:
    (tmp_path / "rewrite.md").write_bytes(REWRITE.replace("Write", "Schön").encode("latin-1"))
    assert "rewrite.md: is not UTF-8 text" in problem(tmp_path)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "the head is missing: write  version = 1"),
        ("# user\nHello\n", "the head is missing"),
        ("Hello\n" + REWRITE, "the head is missing"),
        ("+++\nversion = 1\n# user\n", "the head is missing"),
        (REWRITE.replace("version = 1", "version = "), "no TOML: .*line 2"),
        (REWRITE.replace("version = 1", "version = 1\nvarables = []"), "did you mean variables"),
        (REWRITE.replace("version = 1\n", ""), "version must be a whole number"),
        (REWRITE.replace("version = 1", 'version = "1"'), "version must be a whole number"),
        (REWRITE.replace("version = 1", "version = true"), "version must be a whole number"),
        (REWRITE.replace("version = 1", "version = 0"), "version must be a whole number"),
        (REWRITE.replace('["question", "tried", "count"]', '"question"'), "must be a list of name"),
        (REWRITE.replace('"tried"', "3"), "must be a list of names"),
        (REWRITE.replace('"tried"', '"tires"'), "no variable tires .*did you mean tried"),
        (REWRITE.replace('"tried"', '"recall"'), "there is no variable recall in this prompt"),
        (REWRITE.replace("version", "continues = 3\nversion"), "must be the name of a prompt"),
        (REWRITE.replace("version", 'continues = "read"\nversion'), "take  continues  out"),
    ],
)
def test_a_head_that_is_wrong_is_told(tmp_path: Path, text: str, told: str) -> None:
    message = problem(with_rewrite(tmp_path, text))
    assert message.startswith(f"{tmp_path / 'rewrite.md'}: ")
    assert re.search(told, message)


@pytest.mark.parametrize(
    ("body", "line", "told"),
    [
        ("# user\n\n{{ qestion }}\n", 7, "qestion is used but not declared"),
        ("# user\nx\n{% for q in parents %}{{ q }}{% endfor %}\n", 7, "parents is used but not"),
        ("# user\nx\n{{ question\n", 7, "cannot be understood"),
        ("# user\n\nx\n{% if question %}\n", 8, "cannot be understood"),
        ("# user\n{{ question | shorten }}\n", 6, "No filter named 'shorten'"),
        ("\nHello\n# user\n{{ question }}\n", 6, "text before the first heading"),
        ("# sytem\nHello\n# user\n{{ question }}\n", 5, "# sytem is no role: did you mean system"),
        ("# user\nHello\n# system\nHi\n# user\nx", 7, "# system  where  # assistant  must stand"),
        ("# user\nHello\n# user\n{{ question }}\n", 7, "# user  where  # assistant  must stand"),
        ("# assistant\nHello\n# user\n{{ question }}\n", 5, "where  # user  must stand"),
    ],
)
def test_a_body_that_is_wrong_is_told_with_its_line(
    tmp_path: Path, body: str, line: int, told: str
) -> None:
    message = problem(with_rewrite(tmp_path, HEAD + body))
    assert message.startswith(f"{tmp_path / 'rewrite.md'}, line {line}: "), message
    assert told in message


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("", "the last section must be the user's"),
        ("# system\nWrite queries.\n", "the last section must be the user's"),
        ("# user\nHi\n# assistant\n{{ question }}\n", "the last section must be the user's"),
        ("# user\n", "a section comes out empty"),
        ("# user\n{{ tried | first }}\n", "the template fails"),
        ("# user\n{% for q in tried %}{{ q }}{% endfor %}\n", "a section comes out empty"),
        ("# user\n{{ 3 / (count - 1) }}\n", "the template fails: division by zero"),
        ("# user\n{{ question.text }}\n", "the template fails: .*has no attribute 'text'"),
        ("# user\n{{ ''.__class__.__mro__ }}\n", "the template fails: access to attribute"),
        ('# user\n{% include "plan.md" %}\n', "plan.md cannot be included: only common.md"),
        ("# user\n{% include question %}\n", "a computed name cannot be included"),
    ],
)
def test_a_body_that_would_fail_in_a_run_fails_at_once(
    tmp_path: Path, body: str, told: str
) -> None:
    message = problem(with_rewrite(tmp_path, HEAD + body))
    assert message.startswith(f"{tmp_path / 'rewrite.md'}: ")
    assert re.search(told, message)


@pytest.mark.parametrize(
    ("name", "head", "body", "told"),
    [
        ("refine", "", "# user\nx", 'write  continues = "read"'),
        ("refine", 'continues = "plan"', "# assistant\nx\n# user\nx", 'write  continues = "read"'),
        ("refine", 'continues = "read"', "# user\nx", "# assistant  must stand"),
        ("refine", 'continues = "read"', "# system\nx\n# user\nx", "without a system section"),
        ("repair", "", "# system\nx\n# user\nx", "without a system section"),
        ("common", "", "{{ question }}", "question is used but not declared"),
        ("common", "", '{% include "common.md" %}', "common.md cannot be included"),
        ("common", "", "{% if %}", "cannot be understood"),
    ],
)
def test_prompts_keep_their_place_in_a_conversation(
    tmp_path: Path, name: str, head: str, body: str, told: str
) -> None:
    text = f"+++\nversion = 1\nvariables = []\n{head}\n+++\n{body}\n"
    (tmp_path / f"{name}.md").write_text(text)
    message = problem(tmp_path)
    assert message.startswith(str(tmp_path / f"{name}.md")) and told in message


def test_the_common_prompt_takes_no_variables(tmp_path: Path) -> None:
    text = '+++\nversion = 1\nvariables = ["question"]\n+++\n{{ question }}\n'
    (tmp_path / "common.md").write_text(text)
    assert "it has none, write  variables = []" in problem(tmp_path)


def test_a_template_that_fails_on_rare_values_names_its_file(tmp_path: Path) -> None:
    own = with_rewrite(tmp_path, HEAD + "# user\n{{ 1 / (count - 7) }}")
    with pytest.raises(SettingsError, match=r"rewrite\.md: the template fails: division by zero"):
        load_prompts(own).messages("rewrite", question="q", tried=[], count=7)


def test_each_prompt_is_tried_with_all_that_it_is_given() -> None:
    for name in NAMES:
        for values in TRIALS.get(name, ({},)):
            assert values.keys() == set(read_prompt(BUILT_IN / f"{name}.md").variables)
