"""What an answer of SEPM means: a value, or a typed error. Status codes as public clients have recorded them."""

import re
from email.message import Message
from typing import Any, TypeVar

import httpx
from pydantic import TypeAdapter, ValidationError

from sepm.errors import (
    Gone,
    NotPermitted,
    OutcomeUnknown,
    Refused,
    SepmError,
    ServerFault,
    UnexpectedAnswer,
)
from sepm.rest.line import Answer

Shape = TypeVar("Shape")

_LONGEST_REASON = 200
_NO_REST = (
    "check that the address is a SEPM 14 REST service, https://HOST:8446/sepm; SEPM 12.x has none, and is registered "
    "by what its console shows (docs/admin/offline-sites.md)"
)
_REFUSALS = {400, 409, 422, 423}
# a token is one long word, and SEPM quotes it in "Invalid access token: ...": no long word is repeated
_LONG_WORD = re.compile(r"[A-Za-z0-9+/=_-]{24,}(?:\.[A-Za-z0-9+/=_-]+)*")
_OBJECT_ID = re.compile(r"[0-9A-Fa-f]{32}\Z")


def reason(response: Answer) -> str:
    """SEPM's own words for a failure, short and free of secrets; empty where it has none.

    Token errors give their code only, because their description quotes the token.
    """
    try:
        body: Any = response.json()
    except ValueError:
        return ""
    if not isinstance(body, dict):
        return ""
    text = body.get("error") or body.get("errorMessage") or body.get("message") or ""
    return _LONG_WORD.sub(_unless_an_id, str(text))[:_LONGEST_REASON] if isinstance(text, str) else ""


def _unless_an_id(match: re.Match[str]) -> str:
    return match.group() if _OBJECT_ID.match(match.group()) else "[removed]"


def failure(response: Answer, *, address: str, call: str, write: bool) -> SepmError | None:
    """The error that an answer is; None for success. 401 and 429 are the session's own concern."""
    status = response.status_code
    if response.is_success:
        return None
    what = f"{call} was answered {status}"
    if quoted := reason(response):
        what = f'{call} was answered {status}; SEPM answered: "{quoted}"'
    if status in _REFUSALS:
        return Refused(address, what, "read SEPM's answer; the request does not fit the state of the site", status)
    if status == httpx.codes.FORBIDDEN:
        return NotPermitted(address, what, "use an account that is a system administrator")
    if status == httpx.codes.GONE or (status == httpx.codes.NOT_FOUND and _is_json(response)):
        return Gone(address, what, "it was deleted or moved in SEPM: survey the site again")
    if status >= httpx.codes.INTERNAL_SERVER_ERROR:
        if write:
            return OutcomeUnknown(address, what, "read the setting back: the change may have been made")
        return ServerFault(address, what, "look at SEPM's services and logs if it stays so", status)
    return UnexpectedAnswer(address, what, _NO_REST)


def parsed(response: Answer, shape: TypeAdapter[Shape], *, address: str, call: str) -> Shape:
    """The answer as `shape`.

    Raises:
        UnexpectedAnswer: when it is no JSON or has another form. The values of the answer are not repeated.
    """
    try:
        return shape.validate_json(response.content)  # the answers of a large site are many megabytes
    except ValidationError:
        pass  # the reason is found below: no JSON, or another form
    try:
        body = response.json()
    except ValueError:
        kind = response.headers.get("content-type", "no content type")
        raise UnexpectedAnswer(
            address,
            f"{call} was answered with {len(response.content)} bytes that are no JSON ({kind})",
            "check that the address is SEPM's REST service and no proxy answers in its place",
        ) from None
    try:
        return shape.validate_python(body)
    except ValidationError as error:
        faults = error.errors(include_url=False, include_context=False, include_input=False)[:3]
        where = ", ".join(f"{'.'.join(map(str, fault['loc'])) or 'body'}: {fault['type']}" for fault in faults)
        raise UnexpectedAnswer(
            address,
            f"{call} was answered in an unknown form ({where})",
            "report this with SEPM's version; nothing was guessed",
        ) from None


def _is_json(response: Answer) -> bool:
    header = Message()
    header["content-type"] = response.headers.get("content-type", "")
    return header.get_content_subtype() == "json"
