"""Forms are of this service's own pages alone, and hold texts that can be kept."""

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import replace
from http import HTTPStatus
from urllib.parse import urlsplit
from uuid import uuid4

from fastapi import Request
from starlette.datastructures import Headers, UploadFile
from starlette.exceptions import HTTPException

from api.http.problems import ProblemError
from api.repeats.request_key import RequestKey
from rotation.identity.identity import Principal
from rotation.text.storable_text import is_whole
from store.database.chain import canonical

_MOST_FIELDS, _MOST_FILES = 200, 100


def require_own(headers: Headers) -> None:
    """Refuse a form that a page of another origin sends: the session of this browser would open the page to it.

    Another port of the same host, where the Temporal UI shows texts of others, is the same site to a browser, so a
    strict cookie alone does not distinguish it. Over TLS and on loopback a browser says whether the page is of this
    origin; elsewhere it names the origin. What does neither is no browser, and shows its key to the API.

    Raises:
        ProblemError: 403.
    """
    fetched, origin = headers.get("sec-fetch-site"), headers.get("origin")
    own = origin is not None and urlsplit(origin).netloc.lower() == headers.get("host", "").lower()
    if fetched == "same-origin" if fetched is not None else own:
        return
    raise ProblemError(
        HTTPStatus.FORBIDDEN,
        "ui-other-page",
        "a page of another origin sends this form, or none that is named",
        remedy="open the page of this service itself, and send the form from there; programs use the API with a key",
    )


async def texts_of(request: Request, *, as_typed: Collection[str] = ()) -> dict[str, str]:
    """The texts of a form; of files what is in them, as text. `as_typed`: fields whose spaces count, as in a password.

    Raises:
        ProblemError: 422 where the form is none, or a text of it cannot be kept.
    """
    texts, _ = await content_of(request, as_typed=as_typed)
    return texts


async def content_of(
    request: Request, *, as_typed: Collection[str] = (), as_bytes: Collection[str] = ()
) -> tuple[dict[str, str], dict[str, bytes]]:
    """The texts of a form as in `texts_of`, and the content of the files `as_bytes`; empty ones are left out.

    Raises:
        ProblemError: 422 where the form is none, or a text of it cannot be kept.
    """
    texts: dict[str, str] = {}
    files: dict[str, bytes] = {}
    try:
        async with request.form(max_fields=_MOST_FIELDS, max_files=_MOST_FILES) as form:
            for name, value in form.multi_items():
                if isinstance(value, UploadFile) and name in as_bytes:
                    files |= {name: content} if (content := await value.read()) else {}
                    continue
                if isinstance(value, UploadFile):
                    text = _decoded(await value.read())
                else:
                    text = value if name in as_typed else value.strip()
                if text:
                    texts[name] = text
    except (HTTPException, LookupError) as error:  # the latter of a charset that there is not
        reason = "the form is broken, or has more fields, or a longer text, than any page of this service"
        remedy = "open the page again, and send its form; nothing was stored"
        raise ProblemError(HTTPStatus.UNPROCESSABLE_ENTITY, "invalid-request", reason, remedy=remedy) from error
    if not is_whole(texts):
        raise ProblemError(
            HTTPStatus.UNPROCESSABLE_ENTITY,
            "invalid-text",
            "a text holds NUL, or a file is no text",
            remedy="send texts without NUL, and the files as they were exported; nothing was stored",
        )
    return texts, files


def key_of(request: Request, caller: Principal, sent: Mapping[str, str]) -> RequestKey:
    """The key of a form that was shown with an id: the same form again is the same request, a corrected one is not."""
    digest = hashlib.sha256(canonical(dict(sent)).encode()).hexdigest()
    return RequestKey.of(caller.id, request.url.path, digest if "request_id" in sent else uuid4().hex)


def kept_key_of(request: Request, caller: Principal, sent: Mapping[str, str]) -> RequestKey:
    """The same for what the store keeps by its key: a form that was shown with an id makes one thing, sent twice."""
    key = key_of(request, caller, sent)
    return replace(key, body=key.text) if "request_id" in sent else key


def _decoded(content: bytes) -> str:
    """An exported file, which is UTF-8 or, with its mark, UTF-16."""
    marked = content[:2] in {b"\xff\xfe", b"\xfe\xff"}
    return content.decode("utf-16" if marked else "utf-8-sig", errors="replace")
