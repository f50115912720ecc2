"""What the API refuses, as the command line says it: nothing twice, and remedies as commands."""

import re
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any

from cli.language.wording import _

_ID = "([A-Za-z0-9._-]+)"
_COMMANDS = (
    (f"GET /v1/certificates/requests/{_ID}/orders", r"rotator certificate orders \1"),
    ("GET /v1/certificates/requests", "rotator certificate requests"),
    ("GET /v1/certificates", "rotator certificate list"),
    # in each language, what a program does next is no part of the command
    (rf"POST /v1/certificates/{_ID}/keystores(?:, [\w ]+ Location)?", r"rotator certificate keystore \1"),
    ("POST /v1/certificates", "rotator certificate add FILE"),
    ("POST /v1/plans", "rotator plan SITE --certificate ID"),
    (rf"GET /v1/rotations/{_ID}(?:\?live=true)?", r"rotator status \1"),
    ("GET /v1/rotations", "rotator status"),
    (f"POST /v1/tasks/{_ID}/done", r"rotator tasks done \1"),
    (f"POST /v1/tasks/{_ID}/refused", r"rotator tasks refused \1 --why REASON"),
    (f"GET /v1/tasks/{_ID}", "rotator tasks list"),
    ("GET /v1/tasks", "rotator tasks list"),
    (f"GET /v1/sites/{_ID}/trust", r"rotator trust show \1"),
    (f"POST /v1/sites/{_ID}/survey", r"rotator site survey \1"),
    (f"POST /v1/sites/{_ID}/restore", r"rotator restore \1 --why REASON"),
    (f"POST /v1/sites/{_ID}/recovery-plans", r"rotator recover \1"),
    ("GET /v1/sites", "rotator site list"),
)
# a path that goes on is another one
_AS_COMMANDS = tuple((re.compile(rf"{request}(?![/\w])"), command) for request, command in _COMMANDS)


def lines(problem: Mapping[str, Any]) -> Iterator[str]:
    """The lines that tell a problem: what was refused, each finding with its remedy, and what is left to be done."""
    detail, remedy = str(problem.get("detail", "")), str(problem.get("remedy", ""))
    if problem.get("status") == HTTPStatus.UNAUTHORIZED:
        remedy = _("give the key of this service: --folder FOLDER, ROTATOR_API_KEY_FILE or ROTATOR_API_KEY")
    found = list(problem.get("findings", ()))
    title = problem.get("title") or _("Refused")
    all_in_detail = bool(found) and all(each["message"] in detail for each in found)
    if len(found) == 1 and all_in_detail:
        # a single one is the problem itself
        yield f"{title}: {detail}"
        yield from _what_to_do(found[0].get("remedy") or remedy)
        return
    yield f"{title}:" if all_in_detail else f"{title}: {detail}"
    left = remedy
    for each in found:
        yield f"- {each['subject']}: {each['message']}"
        if each.get("remedy"):
            yield "  " + _("what to do: %(remedy)s", remedy=as_command(each["remedy"]))
            left = left.replace(each["remedy"], "")
    if left.strip("; "):
        yield from _what_to_do(remedy)


def as_command(remedy: str) -> str:
    """A remedy in which each request that has a command is that command."""
    for request, command in _AS_COMMANDS:
        remedy = request.sub(command, remedy)
    return remedy


def _what_to_do(remedy: str) -> Iterator[str]:
    if remedy:
        yield _("What to do: %(remedy)s", remedy=as_command(remedy))
