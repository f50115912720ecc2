"""`rotator api METHOD /v1/...`: one request of a script, with the key and the address of all other commands."""

import sys
from enum import StrEnum
from http import HTTPStatus
from pathlib import Path
from typing import Annotated

import httpx
import typer

from cli.language.wording import _, use
from cli.terminal.client import FOLDER, REFUSED, ApiOption, ApiRefusedError, FolderOption, answered, opened
from cli.terminal.fault import UnreadableError
from cli.terminal.formatting import say, say_error, say_json
from cli.terminal.given_file import content_of
from cli.terminal.problems import lines
from texts.language import Language

PASSES = 3
"""The exit code of a refusal that passes by itself."""
_PASSING = frozenset({HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE})
_OWN = frozenset({"authorization", "host", "content-length", "transfer-encoding", "connection"})
"""Headers that the command sets by itself: the key goes nowhere else, and the body ends where it ends."""
_STDIN = "-"


class Method(StrEnum):
    """What the API is asked by."""

    GET = "GET"
    HEAD = "HEAD"
    POST = "POST"
    PUT = "PUT"
    PATCH = "PATCH"
    DELETE = "DELETE"


def register(main: typer.Typer) -> None:
    """Add the command."""
    main.command("api")(request)


@answered
def request(
    method: Annotated[Method, typer.Argument(case_sensitive=False, help="GET, POST, PUT, ...")],
    path: Annotated[str, typer.Argument(help="A path of the API with its parameters: '/v1/rotations?limit=10'")],
    api: ApiOption = None,
    folder: FolderOption = FOLDER,
    *,
    body: Annotated[str | None, typer.Option("--body", help="File with the body; - reads standard input")] = None,
    media_type: Annotated[str, typer.Option("--type", help="What the body is")] = "application/json",
    header: Annotated[list[str] | None, typer.Option("--header", help="'NAME: VALUE', e.g. Idempotency-Key")] = None,
) -> None:
    """Send one request to the API, and print its answer: JSON, a file, or events as they come.

    Exit codes: 0 done; 1 refused, with the problem as JSON; 2 not reached, or not sent; 3 refused now (429, 503): the
    same request may be sent again later.
    """
    use(Language.ENGLISH)  # for scripts: they name a language by a header
    headers, content = _headers(header or []), None if body is None else _content(body)
    if content is not None:
        headers["Content-Type"] = media_type
    with opened(api, folder) as rotator:
        try:
            with rotator.streamed(method, _own_path(path), content=content, headers=headers) as answer:
                _print(answer)
        except ApiRefusedError as refused:
            say_json(refused.problem)
            for line in lines(refused.problem):
                say_error(line)
            raise typer.Exit(PASSES if refused.problem.get("status") in _PASSING else REFUSED) from None


def _own_path(path: str) -> str:
    """The path, which names no other host: the key is sent to the API alone.

    Raises:
        UnreadableError: when it is none.
    """
    if not path.startswith("/") or path.startswith("//") or "\\" in path or not path.isprintable():
        raise UnreadableError(_("%(path)s is no path of the API: it begins with one /, and names no host", path=path))
    return path


def _headers(given: list[str]) -> dict[str, str]:
    """Headers by their names.

    Raises:
        UnreadableError: when one is none, or is set by the command.
    """
    headers = {}
    for each in given:
        name, colon, value = each.partition(":")
        if not colon or name.strip().lower() in _OWN or not each.isascii() or not each.isprintable():
            raise UnreadableError(
                _("%(name)s is no header that can be given: NAME: VALUE, and not the key", name=repr(name.strip()))
            )
        headers[name.strip()] = value.strip()
    return headers


def _content(body: str) -> bytes:
    return sys.stdin.buffer.read() if body == _STDIN else content_of(Path(body))


def _print(answer: httpx.Response) -> None:
    """JSON and text as they may stand on a terminal, and files as they are."""
    media_type = answer.headers.get("content-type", "").partition(";")[0]
    if media_type == "text/event-stream":
        for line in answer.iter_lines():
            say(line)
            sys.stdout.flush()
        return
    content = answer.read()
    if media_type == "application/json" and content:
        say_json(answer.json())
    elif media_type.startswith("text/"):
        say(answer.text)
    else:
        sys.stdout.buffer.write(content)
        sys.stdout.flush()
