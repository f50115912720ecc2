"""The API's description, as it is checked in (docs/openapi.json), and what a change of it would break for its callers.

`python -m tests.api.openapi_changes` says how it differs from what the code makes, and fails; `--write` writes it.
"""

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from api.app import create_app

FILE = Path(__file__).parents[2] / "docs" / "openapi.json"
_METHODS = frozenset({"get", "put", "post", "delete", "patch"})


def described() -> dict[str, Any]:
    """What the code makes."""
    made: dict[str, Any] = json.loads(json.dumps(create_app().openapi()))
    return made


def breaking(old: dict[str, Any], new: dict[str, Any]) -> Iterator[str]:
    """What a caller of `old` may miss in `new`.

    1. a path, a method or an answer that is gone
    2. a parameter or a field of a body that is required now
    3. a field of an answer, or a value of an enumeration that may be sent, that is gone
    """
    for path, operations in old["paths"].items():
        for method in _METHODS & operations.keys():
            name, now = f"{method.upper()} {path}", new["paths"].get(path, {}).get(method)
            if now is None:
                yield f"{name} is gone"
                continue
            yield from _operation(name, operations[method], now)
    for name, schema in old["components"]["schemas"].items():
        now = new["components"]["schemas"].get(name)
        if now is None:
            yield f"schema {name} is gone"
        else:
            yield from _schema(name, schema, now)


def _operation(name: str, old: dict[str, Any], new: dict[str, Any]) -> Iterator[str]:
    for status in old["responses"].keys() - new["responses"].keys():
        yield f"{name} does not describe {status} any more"
    known = {each["name"] for each in old.get("parameters", ())}
    for each in new.get("parameters", ()):
        if each.get("required") and each["name"] not in known:
            yield f"{name} requires the parameter {each['name']}"
    for gone in known - {each["name"] for each in new.get("parameters", ())}:
        yield f"{name} does not take the parameter {gone} any more"


def _schema(name: str, old: dict[str, Any], new: dict[str, Any]) -> Iterator[str]:
    for field in old.get("properties", {}).keys() - new.get("properties", {}).keys():
        yield f"{name} has no field {field} any more"
    for field in {*new.get("required", ())} - {*old.get("required", ())}:
        if field not in old.get("properties", {}) or name.endswith(("Request", "Document")):
            yield f"{name} requires {field}"
    for value in {*map(str, old.get("enum", ()))} - {*map(str, new.get("enum", ()))}:
        yield f"{name} has no value {value} any more"


def text_of(document: dict[str, Any]) -> str:
    """As it is checked in."""
    return json.dumps(document, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def main() -> int:
    """Compare, or write."""
    parser = argparse.ArgumentParser("python -m tests.api.openapi_changes")
    parser.add_argument("--write", action="store_true", help="write docs/openapi.json")
    made, wanted = described(), parser.parse_args()
    if wanted.write:
        FILE.write_text(text_of(made), "utf-8")
        return 0
    kept = json.loads(FILE.read_text("utf-8"))
    if kept == made:
        return 0
    broken = list(breaking(kept, made))
    lines = [f"breaks callers: {each}" for each in broken] or ["docs/openapi.json is not what the code makes"]
    sys.stderr.write("\n".join((*lines, "run `make openapi` where that is wanted, and say it in CHANGELOG.md", "")))
    return 1


if __name__ == "__main__":
    sys.exit(main())
