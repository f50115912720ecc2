"""The API's description that is checked in is the code's; what breaks callers is found in it."""

import copy
import json
from difflib import unified_diff
from pathlib import Path
from typing import Any

import pytest

from tests.api.openapi_changes import EXAMPLES, FILE, breaking, described, examples, text_of

MOVE, SITE = "/v1/rotations/{rotation_id}/hold", "SiteShown"


def differences(file: Path, made: dict[str, Any]) -> list[str]:
    """The first lines in which a document that is checked in is not what the code makes: all of them are 24,000."""
    kept = file.read_text("utf-8").splitlines()
    return list(unified_diff(kept, text_of(made).splitlines(), "checked in", "made", lineterm="", n=6))[:60]


def test_the_description_that_is_checked_in_is_the_codes():
    """`make openapi` writes it."""
    assert differences(FILE, described()) == [], "run make openapi"


def test_its_examples_are_the_good_requests():
    """`make openapi` writes them, too: a request that the API reads no more is no example of it."""
    assert differences(EXAMPLES, examples()) == [], "run make openapi"


def no_path(document):
    """A path is gone."""
    del document["paths"][MOVE]


def no_method(document):
    """A method is gone."""
    document["paths"][MOVE]["put"] = document["paths"][MOVE].pop("post")


def no_status(document):
    """An answer is described no more."""
    del document["paths"][MOVE]["post"]["responses"]["409"]


def a_parameter(document):
    """A parameter is required."""
    document["paths"][MOVE]["post"]["parameters"].append({"name": "when", "in": "query", "required": True})


def no_field(document):
    """An answer has one field less."""
    del document["components"]["schemas"][SITE]["properties"]["name"]


def a_required_field(document):
    """A body needs one more."""
    request = document["components"]["schemas"]["RotationMoveRequest"]
    request["properties"]["when"] = {"type": "string"}
    request["required"] = [*request.get("required", ()), "when"]


def no_value(document):
    """A value may not be sent any more."""
    document["components"]["schemas"]["Move"]["enum"].remove("hold")


@pytest.mark.parametrize("change", [no_path, no_method, no_status, a_parameter, no_field, a_required_field, no_value])
def test_a_change_that_breaks_callers_is_found(change):
    """Each kind, once."""
    old = json.loads(FILE.read_text("utf-8"))
    new = copy.deepcopy(old)
    change(new)
    assert len(list(breaking(old, new))) == 1
    assert list(breaking(old, old)) == []


def test_what_is_new_breaks_no_caller():
    """Another path, and another field that may be left out."""
    old = json.loads(FILE.read_text("utf-8"))
    new = copy.deepcopy(old)
    new["paths"]["/v1/new"] = new["paths"][MOVE]
    new["components"]["schemas"][SITE]["properties"]["new"] = {"type": "string"}
    assert list(breaking(old, new)) == []
