"""What the API answers, in the language that `Accept-Language` asks for; in English without it."""

import json
from collections.abc import Callable, Iterator
from functools import partial

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.languages.answer_language import answer_in
from api.languages.shown_texts import MARKS, in_language
from api.languages.tags import any_language, tag_in, this_language
from texts.catalogue import translator
from texts.language import Language, wanted

_HERE = ("/v1/", "/problems")
_NOT_HERE = "/v1/codec/"
"""Payloads of Temporal: what is in them is not ours to change. Their refusals are."""
_PROBLEM, _JSON, _STREAM = "application/problem+json", "application/json", "text/event-stream"
_FRAME, _DATA = b"\n\n", b"data: "


class TranslatedAnswers:
    """ASGI middleware, outside of all that answers with problems. What is within it answers in English.

    So what is stored, compared and kept for a repeated request is in English, and each answer has its own language.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on; the answer gets its language."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        here = scope["path"].startswith(_HERE) and not scope["path"].startswith(_NOT_HERE)
        language = wanted(Headers(scope=scope).get("accept-language", ""))
        answer_in(language)
        if here:
            scope = {**scope, "headers": list(_with_tags(scope["headers"], language))}
        await self._app(scope, receive, _Answer(language, send, here=here).take)


class _Answer:
    """What the application sends. A document is kept back until all of it is here."""

    def __init__(self, language: Language, send: Send, *, here: bool) -> None:
        self._language, self._send, self._here = language, send, here
        self._begun: Message | None = None
        self._framed = False
        self._kept = b""

    async def take(self, message: Message) -> None:
        """Pass on, with the texts in the language."""
        if message["type"] == "http.response.start":
            await self._begin(message)
        elif self._begun is not None:
            await self._document(self._begun, message)
        elif self._framed:
            await self._frames(message)
        else:
            await self._send(message)

    async def _begin(self, message: Message) -> None:
        headers = MutableHeaders(scope=message)
        kind = headers.get("content-type", "").partition(";")[0]
        if self._here and "etag" in headers:
            headers["etag"] = tag_in(self._language, headers["etag"])
            _vary(headers)
        # a file is to be kept as it is: its digest is printed somewhere
        texts = "content-disposition" not in headers and (kind == _PROBLEM or self._here)
        if texts and kind in {_PROBLEM, _JSON}:
            self._begun = message
            return
        if texts and kind == _STREAM:
            self._framed = True
            _name(headers, self._language)
        await self._send(message)

    async def _document(self, begun: Message, message: Message) -> None:
        self._kept += message.get("body", b"")
        if message.get("more_body", False):
            return
        if any(mark in self._kept for mark in MARKS):
            headers = MutableHeaders(scope=begun)
            _name(headers, self._language)
            self._kept = _translated(self._kept, self._language)
            headers["content-length"] = str(len(self._kept))
        await self._send(begun)
        await self._send({"type": "http.response.body", "body": self._kept})

    async def _frames(self, message: Message) -> None:
        more = message.get("more_body", False)
        whole, parted, rest = (self._kept + message.get("body", b"")).rpartition(_FRAME)
        whole, self._kept = (whole + parted, rest) if more else (whole + parted + rest, b"")
        lines = (_line(each, self._language) for each in whole.split(b"\n"))
        await self._send({**message, "body": b"\n".join(lines)})


def _name(headers: MutableHeaders, language: Language) -> None:
    headers["content-language"] = language.value
    _vary(headers)


def _vary(headers: MutableHeaders) -> None:
    if "Accept-Language" not in headers.get("vary", ""):
        headers.add_vary_header("Accept-Language")


def _line(line: bytes, language: Language) -> bytes:
    return _DATA + _translated(line.removeprefix(_DATA), language) if line.startswith(_DATA) else line


def _translated(body: bytes, language: Language) -> bytes:
    if language is Language.ENGLISH:
        return body
    try:
        document = json.loads(body)
    except ValueError:
        return body
    shown = in_language(document, translator(language))
    return json.dumps(shown, ensure_ascii=False, separators=(",", ":")).encode()


def _with_tags(headers: list[tuple[bytes, bytes]], language: Language) -> Iterator[tuple[bytes, bytes]]:
    """The headers of a request, with entity tags as the routes make them: those of several lines as one list."""
    tags: dict[bytes, Callable[[str], str]] = {
        b"if-match": any_language,
        b"if-none-match": partial(this_language, language),
    }
    yield from ((name, value) for name, value in headers if name not in tags)
    for name, made in tags.items():
        if given := [value.decode("latin-1") for each, value in headers if each == name]:
            yield name, made(", ".join(given)).encode("latin-1")
