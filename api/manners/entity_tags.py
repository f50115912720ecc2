"""Strong entity tags: what a caller has is not sent again, and what has changed since it was read is not changed."""

import hashlib
import re
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import FastAPI, Header, Response

from api.http.problems import MEDIA_TYPE, Problem, ProblemError
from rotation.values import Value

_TAG = re.compile(r'(W/)?("[\x21\x23-\x7e]*")')
_MATCH, _NONE_MATCH = "If-Match", "If-None-Match"
_FORM = r'^\s*(\*|[\s,]*(W/)?"[^"]*"(\s*,\s*((W/)?"[^"]*")?)*)\s*$'
"""Empty elements of a list are passed over (RFC 9110, 5.6.1)."""
_LONGEST = 4000
IfMatch = Annotated[
    str | None,
    Header(
        alias=_MATCH, max_length=_LONGEST, pattern=_FORM, description="Change it only while it has one of these `ETag`s"
    ),
]
IfNoneMatch = Annotated[
    str | None,
    Header(
        alias=_NONE_MATCH,
        max_length=_LONGEST,
        pattern=_FORM,
        description="Answer 304 while it has one of these tags",
    ),
]
_REFUSED = {
    "description": HTTPStatus.PRECONDITION_FAILED.phrase,
    "content": {MEDIA_TYPE: {"schema": {"$ref": f"#/components/schemas/{Problem.__name__}"}}},
}
_ETAG = {"description": "Names this state of it; for `If-Match` and `If-None-Match`", "schema": {"type": "string"}}


def tag_of(document: Value) -> str:
    """The tag of a document: another one as soon as anything in it is another."""
    return f'"{hashlib.sha256(document.model_dump_json().encode()).hexdigest()[:32]}"'


def is_known(given: str | None, tag: str) -> bool:
    """Whether the caller of a GET has what this tag names."""
    return given is not None and (given.strip() == "*" or tag in {named for _, named in _TAG.findall(given)})


def require_match(given: str | None, tag: str, what: str) -> None:
    """Nothing where the caller names no tag, or this one. A weak one names nothing here (RFC 9110, 13.1.1).

    Raises:
        ProblemError: 412 with the tag that it has now; nothing was changed.
    """
    if given is None or given.strip() == "*" or tag in {named for weak, named in _TAG.findall(given) if not weak}:
        return
    raise changed_since(tag, what)


def changed_since(tag: str, what: str) -> ProblemError:
    """The refusal of a change of what has changed since it was read; `tag`: the one that it has now."""
    return ProblemError(
        HTTPStatus.PRECONDITION_FAILED,
        "precondition-failed",
        f"{what} is not as the request expects it: it has changed since",
        remedy="read it again (GET), and send the request with its ETag where you still want that",
        headers={"ETag": tag},
    )


def tagged(document: Value, tag: str, given: str | None, response: Response) -> Any:
    """The answer to a GET: the document with its tag, or 304 where the caller has it."""
    if is_known(given, tag):
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers={"ETag": tag})
    response.headers["ETag"] = tag
    return document


def describe_tags(_: FastAPI, document: dict[str, Any]) -> None:
    """Name what operations with these headers may answer."""
    for operation in (each for path in document["paths"].values() for each in path.values()):
        named = {each["name"] for each in operation.get("parameters", ())}
        if _MATCH in named:
            refused = operation["responses"].setdefault(str(int(HTTPStatus.PRECONDITION_FAILED)), dict(_REFUSED))
            refused["headers"] = {"ETag": _ETAG}
        if _NONE_MATCH in named:
            unchanged = {"description": "Not modified", "headers": {"ETag": _ETAG}}
            operation["responses"][str(int(HTTPStatus.NOT_MODIFIED))] = unchanged
            operation["responses"]["200"].setdefault("headers", {})["ETag"] = _ETAG
