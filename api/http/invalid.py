"""Requests that do not have the form asked for, as problems. What was sent is never repeated: it may be a password."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any

from pydantic import ValidationError

from api.http.problems import ProblemError
from rotation.finding import Finding, blocking

_PREFIX = "Value error, "
_KINDS = (["rest"], ["console"])
"""What pydantic puts before the fields of a site: which kind of site it has taken the document for."""
_MOST = 100
"""How many errors a problem names: a list of ten thousand wrong items would keep the service busy for seconds."""
_REMEDY = "correct what the findings name and send it again; nothing was stored"


def invalid(errors: Iterable[Mapping[str, Any]]) -> ProblemError:
    """The problem for pydantic's `errors`."""
    errors = list(errors)
    if any(error["type"] == "json_invalid" for error in errors):
        return ProblemError(
            HTTPStatus.BAD_REQUEST, "invalid-json", "the body is no JSON", remedy="send a JSON document in UTF-8"
        )
    findings = tuple(_finding(error) for error in errors[:_MOST])
    texts = [f"{finding.subject}: {finding.message}" for finding in findings]
    if (count := len(errors) - _MOST) > 0:
        texts.append(f"and {count} more")
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    return ProblemError(status, "invalid-request", "; ".join(texts), remedy=_REMEDY, findings=findings)


@contextmanager
def checked() -> Iterator[None]:
    """Turn a broken rule of a domain value into a problem.

    Raises:
        ProblemError: 422 with a finding for each rule.
    """
    try:
        yield
    except ValidationError as error:
        raise invalid(error.errors(include_input=False, include_url=False)) from None


def _finding(error: Mapping[str, Any]) -> Finding:
    place = [str(part) for part in error["loc"]]
    inner = place[1:] if place[:1] in (["body"], ["query"], ["path"], ["header"]) else place
    subject = ".".join(inner[1:] if inner[:1] in _KINDS else inner)
    return blocking(str(error["type"]).replace("_", "-"), subject or "body", str(error["msg"]).removeprefix(_PREFIX))
