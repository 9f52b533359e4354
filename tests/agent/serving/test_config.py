"""The serving file: what it may say, and what is told where it says something else."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clew.agent.serving.config import EXAMPLE, ServedModel, load_served_models
from clew.errors import SettingsError

WHOLE = """
[policy]
model = "Qwen/Qwen3-8B"
name = "qwen"
gpus = [0, 1, 2, 3]
replicas = 2
memory = 0.85
context = 32768
quantisation = "fp8"
host = "0.0.0.0"
port = 8000
arguments = ["--enable-auto-tool-choice"]
environment = { VLLM_LOGGING_LEVEL = "WARNING", OMP_NUM_THREADS = 4 }
python = "~/vllm/bin/python"

[reward]
model = "Qwen/Qwen2.5-Math-PRM-7B"
gpus = [4]
port = 8100
pooler = { pooling_type = "STEP", step_tag_id = 7 }
"""


def load(text: str, folder: Path) -> tuple[ServedModel, ...]:
    path = folder / "serving.toml"
    path.write_text(text, encoding="utf-8")
    return load_served_models(path)


def test_every_key_is_read(tmp_path: Path) -> None:
    policy, reward = load(WHOLE, tmp_path)
    assert (policy.table, policy.name, policy.runner) == ("policy", "qwen", "generate")
    assert policy.gpus_of_replicas == ((0, 1), (2, 3))
    assert policy.environment["OMP_NUM_THREADS"] == "4"
    assert policy.python == str(Path("~/vllm/bin/python").expanduser())
    assert (reward.table, reward.runner) == ("reward", "pooling")
    assert reward.name == "Qwen/Qwen2.5-Math-PRM-7B"
    assert reward.pooler == {"pooling_type": "STEP", "step_tag_id": 7}
    assert reward.memory is None and reward.gpu_memory == 0.9


def test_example_is_usable(tmp_path: Path) -> None:
    (policy,) = load(EXAMPLE, tmp_path)
    assert (policy.model, policy.gpus, policy.port) == ("Qwen/Qwen3-8B", (0,), 8000)


@pytest.mark.parametrize("written", ["models/mine", "./models/mine", "{folder}/models/mine"])
def test_a_folder_goes_by_its_last_name(tmp_path: Path, written: str) -> None:
    (tmp_path / "models" / "mine").mkdir(parents=True)
    (model,) = load(f'[policy]\nmodel = "{written.format(folder=tmp_path)}"', tmp_path)
    assert Path(model.model) == tmp_path / "models" / "mine"
    assert model.name == "mine"


def test_shares_of_one_gpu_may_fill_it(tmp_path: Path) -> None:
    shares = [0.1, 0.2, 0.7]  # their sum is more than 1 in floating point
    tables = [
        f'[m{port}]\nmodel = "a/b"\nmemory = {share}\nport = {port}'
        for port, share in enumerate(shares, start=8000)
    ]
    assert len(load("\n".join(tables), tmp_path)) == 3


M = 'model = "a/b"\n'


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "names no model"),
        ("[policy", "cannot be read"),
        (M, "model stands outside a table; put it below [policy]"),
        ('["a b"]\n' + M, "[a b] cannot name a model"),
        ("[policy]\nport = 8000", "policy.model is missing"),
        ("[policy]\nmodel = 3.5", "policy.model"),
        ("[policy]\nname = [1]\n" + M, "policy.name"),
        ('[policy]\nmodel = ""', "policy.model"),
        ('[policy]\nmodel = "./none"', "there is no folder"),
        ('[policy]\nmodel = "a\\u0000b"', "policy.model"),
        ("[policy]\nquantization = 'fp8'\n" + M, "did you mean quantisation?"),
        ("[policy]\nzzz = 1\n" + M, "known are model"),
        ("[policy]\ntable = 'x'\n" + M, "unknown key policy.table"),
        ("[policy]\ngpus = [0, 0]\n" + M, "gpus names one twice"),
        ("[policy]\ngpus = [-1]\n" + M, "policy.gpus.0"),
        ("[policy]\ngpus = [0, 1, 2]\nreplicas = 2\n" + M, "shared out evenly"),
        ("[policy]\ngpus = [0]\nreplicas = 2\n" + M, "shared out evenly"),
        ("[policy]\nreplicas = 0\n" + M, "policy.replicas"),
        ("[policy]\nmemory = 1.5\n" + M, "policy.memory"),
        ("[policy]\nport = 65535\ngpus = []\nreplicas = 2\n" + M, "past 65535"),
        ("[policy]\nconvert = 'classify'\n" + M, 'need runner = "pooling"'),
        ("[policy]\narguments = ['--port=9']\n" + M, "--port=9 has a key of its own: port"),
        ("[policy]\narguments = ['--served_model_name', 'x']\n" + M, "a key of its own: name"),
        ("[policy]\nenvironment = {'A B' = 'x'}\n" + M, "'A B' cannot name an environment"),
        ("[policy]\n" + M + "[reward]\ngpus = [1]\n" + M, "would both listen at port 8000"),
        ("[policy]\n" + M + "[reward]\nport = 1\n" + M, "GPU 0 is promised beyond its memory"),
    ],
)
def test_what_cannot_be_used_is_told(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(SettingsError) as caught:
        load(text, tmp_path)
    assert told in str(caught.value)
    assert str(tmp_path / "serving.toml") in str(caught.value)


def test_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"none\.toml cannot be read"):
        load_served_models(tmp_path / "none.toml")


PLAIN = st.one_of(st.text("ab/.~-_ \n\"'é", max_size=8), st.integers(), st.floats(), st.booleans())
KEYS = st.sampled_from([name for name in ServedModel.model_fields if name != "table"])


def toml(value: Any) -> str:
    if isinstance(value, dict):
        inside = (f"{json.dumps(key)} = {toml(each)}" for key, each in value.items())
        return "{" + ", ".join(inside) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(toml, value)) + "]"
    if isinstance(value, float):
        return repr(value)
    return json.dumps(value)


@given(
    st.dictionaries(
        KEYS,
        PLAIN | st.lists(PLAIN, max_size=3) | st.dictionaries(st.text("aB_ ", max_size=3), PLAIN),
    )
)
def test_anything_is_read_or_told(
    tmp_path_factory: pytest.TempPathFactory, values: dict[str, Any]
) -> None:
    folder = tmp_path_factory.getbasetemp()
    lines = [f"{key} = {toml(value)}" for key, value in values.items()]
    try:
        (model,) = load("\n".join(["[policy]", 'name = "x"', *lines]), folder)
    except SettingsError as error:
        assert "serving.toml" in str(error)
    else:
        assert model.model == values["model"] or Path(model.model).is_dir()
