import pytest

from clew.errors import SettingsError
from clew.graphs.workflows import workflow_named, workflow_names


def test_every_name_stands_for_a_workflow() -> None:
    assert workflow_names() == ("direct", "iterative", "mindsearch", "rag", "searchain")
    assert all(callable(workflow_named(name)) for name in workflow_names())


def test_an_unknown_name_is_answered_with_the_known_ones() -> None:
    with pytest.raises(SettingsError, match="'mindsaerch'; there are: direct, iterative, mind"):
        workflow_named("mindsaerch")
