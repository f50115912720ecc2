"""The API's description, as it is checked in (docs/openapi.json), and what a change of it would break for its callers.

`python -m tests.api.openapi_changes` says how it differs from what the code makes, and fails; `--write` writes it.
"""

import argparse
import base64
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from api.app import create_app
from tests.api.good_requests import BODIES, QUERIES, filled

ROOT = Path(__file__).parents[2]
FILE = ROOT / "docs" / "openapi.json"
EXAMPLES = ROOT / "api" / "manners" / "openapi" / "examples.json"
IDS = {
    "site_id": "brno",
    "certificate_id": "certificate-4f1c",
    "request_id": "request-9a07",
    "order_id": "order-51e2",
    "plan_id": "plan-0b7d",
    "simulation_id": "sim-7c20",
    "rotation_id": "rotation-2e88",
    "task_id": "task-1d93",
    "key_id": "a1a1a1a1a1a1a1a1",
    "subject_id": "subject-6f40",
    "channel_id": "channel-3b6e",
    "code": "site-busy",
    "Idempotency-Key": "may-2026",
    "last-event-id": "17",
}
"""What stands in examples, by the name of the parameter."""
_AT, _ENDS = "2026-05-04T08:00:00Z", "2036-05-01T08:00:00Z"
_ANN = {"id": "identity-1", "name": "Ann", "roles": ["admin"], "sites": None}
MODELS: dict[str, dict[str, Any]] = {
    "ApiKey": {
        "id": IDS["key_id"],
        "principal": _ANN,
        "made_at": _AT,
        "made_by": "rotator up",
        "expires_at": None,
        "revoked_at": None,
        "revoked_by": "",
        "used_at": _AT,
    },
    "Channel": {
        "id": IDS["channel_id"],
        "settings": {"name": "tickets", "target": {"kind": "webhook", "url": "https://tickets.example/hook"}},
        "has_secret": True,
        "added_at": _AT,
        "added_by": "Ann",
        "waiting": 0,
        "failing_since": None,
        "retry_at": None,
        "error": "",
    },
    "CertificateFacts": {
        "id": IDS["certificate_id"],
        "fingerprint": "ab" * 32,
        "subject": "CN=sepm1.example",
        "issuer": "CN=sepm1.example",
        "not_before": _AT,
        "not_after": _ENDS,
        "key_algorithm": "RSA",
        "key_bits": 3072,
        "signature_algorithm": "sha256WithRSAEncryption",
        "signature_is_rsa": True,
        "public_key": "cd" * 32,
    },
    "CertificateRequest": {
        "id": IDS["request_id"],
        "public_key": "cd" * 32,
        "subject": "CN=sepm1.example",
        "names": ["sepm1.example"],
        "request_pem": "-----BEGIN CERTIFICATE REQUEST-----\n",
        "asked_by": "Ann",
        "asked_at": _AT,
    },
    "Health": {"status": "ready"},
    "LogInSubject": {
        "id": IDS["subject_id"],
        "issuer": "https://login.example.com",
        "subject": "s-1",
        "identity": "identity-1",
        "name": "Ann",
        "linked_at": _AT,
        "linked_by": "Ann",
        "barred_at": None,
        "barred_by": "",
    },
    "Principal": _ANN,
    "Readiness": {"status": "ready", "notifications": "on"},
    "Problem": {
        "type": "/problems/site-busy",
        "title": "Site busy",
        "status": 409,
        "detail": "site brno runs rotation rotation-2e88; wait for its end or cancel it",
        "remedy": "let the running rotation end, or cancel it",
        "findings": [],
        "request_id": "0f3c",
    },
    "SiteInList": {"id": "brno", "name": "Brno", "servers": ["sepm1"], "archived_at": None},
    "StandingShown": {"checked_at": _AT, "service": [], "rotations": [], "workflows": []},
}
"""Examples of answers, by the name of their schema: of those whose operations take neither body nor parameter."""
_FILE = base64.b64encode(b"-----BEGIN CERTIFICATE-----\n").decode()
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


def examples() -> dict[str, Any]:
    """What the description has as examples: the good requests of the tests, about things of these ids."""
    return {
        "ids": IDS,
        "bodies": {name: filled(_short(body), IDS) for name, body in BODIES.items()},
        "models": MODELS,
        "parameters": {name: filled(given, IDS) for name, given in QUERIES.items()},
    }


def _short(body: Any) -> Any:
    """A body in which a file is only the beginning of one."""
    return body | {"file_base64": _FILE} if isinstance(body, dict) and "file_base64" in body else body


def text_of(document: dict[str, Any]) -> str:
    """As it is checked in."""
    return json.dumps(document, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def main() -> int:
    """Compare, or write."""
    parser = argparse.ArgumentParser("python -m tests.api.openapi_changes")
    parser.add_argument("--write", action="store_true", help="write docs/openapi.json")
    if parser.parse_args().write:
        EXAMPLES.write_text(text_of(examples()), "utf-8")
        FILE.write_text(text_of(described()), "utf-8")
        return 0
    made = described()
    kept = json.loads(FILE.read_text("utf-8"))
    if kept == made:
        return 0
    broken = list(breaking(kept, made))
    lines = [f"breaks callers: {each}" for each in broken] or ["docs/openapi.json is not what the code makes"]
    sys.stderr.write("\n".join((*lines, "run `make openapi` where that is wanted, and say it in CHANGELOG.md", "")))
    return 1


if __name__ == "__main__":
    sys.exit(main())
