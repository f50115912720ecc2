"""The API's description under Spectral's rules for OpenAPI, those included that it leaves out unless it is asked."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.api.openapi_changes import described, text_of
from tests.contract.places import HERE, npm_program


def lint(document: dict[str, Any], folder: Path) -> list[dict[str, Any]]:
    """What Spectral finds."""
    file = folder / "openapi.json"
    file.write_text(text_of(document), "utf-8")
    ruleset = HERE / "spectral.yaml"
    command = [*npm_program("spectral"), "lint", "--ruleset", ruleset, "--format", "json", "--quiet", file]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode in (0, 1), done.stderr
    found: list[dict[str, Any]] = json.loads(done.stdout)
    return found


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    """What the code makes."""
    return described()


def test_spectral_finds_nothing(document, tmp_path):
    """No error, no warning, no hint."""
    assert [(each["code"], each["path"], each["message"]) for each in lint(document, tmp_path)] == []


def test_spectral_finds_what_is_wrong(document, tmp_path):
    """An operation without a tag, an example of another type, a parameter without its description."""
    operation = document["paths"]["/v1/rotations"]["get"]
    wrong = operation | {"tags": [], "parameters": [each | {"example": []} for each in operation["parameters"]]}
    wrong["parameters"][0].pop("description")
    paths = document["paths"] | {"/v1/rotations": {"get": wrong}}
    codes = {each["code"] for each in lint(document | {"paths": paths}, tmp_path)}
    assert {"operation-tags", "oas3-valid-media-example", "oas3-parameter-description"} <= codes


def test_every_operation_has_an_example(document):
    """Of its body, of a parameter, or of what it answers."""

    def shows(part: Any, seen: frozenset[str] = frozenset()) -> bool:
        if isinstance(part, list):
            return any(shows(each, seen) for each in part)
        if not isinstance(part, dict):
            return False
        if "example" in part or "examples" in part:
            return True
        named = str(part.get("$ref", "")).rpartition("/")[2]
        if named and named not in seen and shows(document["components"]["schemas"].get(named), seen | {named}):
            return True
        return any(shows(each, seen) for each in part.values())

    def without_refusals(operation: dict[str, Any]) -> dict[str, Any]:
        answers = {status: each for status, each in operation["responses"].items() if status < "400"}
        return operation | {"responses": answers}

    silent = [
        f"{method} {path}"
        for path, operations in document["paths"].items()
        for method, operation in operations.items()
        if not shows(without_refusals(operation))
    ]
    assert silent == []
