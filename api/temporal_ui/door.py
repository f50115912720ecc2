"""The door before the Temporal UI: it opens to people who have logged in, for looking only, under the UI's own name.

`temporal server start-dev` serves its UI under every host name, to every program, and with every button. So that UI
listens where only this door finds it (docs/develop/decisions/0044-door-before-the-temporal-ui.md).
"""

import re
from http import HTTPStatus
from urllib.parse import quote, urlsplit

import structlog
from fastapi import FastAPI
from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import Request
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from api.http.allowed import Allowed
from api.http.company import principal_of_session
from api.http.cross_origin import SHARED
from api.http.guard import Guard
from api.http.problems import ProblemError
from api.languages.translated_answers import TranslatedAnswers
from api.temporal_ui.sessions import COMPANY_LOGIN, LOGIN, LOGOUT, Sessions
from oidc.settings import CALLBACK
from rotation.identity.permission import Permission
from store.fault import StoreFault

_OF_THE_API = frozenset({LOGIN, LOGOUT, COMPANY_LOGIN, CALLBACK, *SHARED})
_LOOKING = frozenset({"GET", "HEAD"})
_QUERY = re.compile(rb"/api/v1/namespaces/[\w.-]+/workflows/(?:[\w.~!'()*-]|%[0-9A-Fa-f]{2})+/query/\w+")
"""A query asks a workflow and changes nothing. The path is matched as it came, and passed on as it came."""
_READERS = Allowed(Permission.READ_PAYLOADS)
"""The UI shows what the codec server shows, of all sites."""
_log = structlog.get_logger(__name__)


class Door:
    """ASGI application: refuses, has the API answer for log-in and codec, and passes the rest on to the UI."""

    def __init__(self, api: FastAPI, ui: ASGIApp) -> None:
        """The origins of the sessions of `api` are the names under which the UI may be opened."""
        self._api = api
        self._sessions: Sessions = api.state.sessions
        self._names: dict[str, str] = {urlsplit(origin).netloc.lower(): origin for origin in self._sessions.origins}
        self._inside = TranslatedAnswers(Guard(Looking(ui), self._sessions.holder, free=frozenset()))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse, or pass on."""
        request = Request(scope, receive)
        path: bytes = scope["raw_path"]
        try:
            origin = self._name(request, path)
            _require_own_page(request, origin)
        except ProblemError as refusal:
            await TranslatedAnswers(refusal.response())(scope, receive, send)
            return
        if path.decode("latin-1") in _OF_THE_API:
            await self._api(scope, receive, send)
        elif await self._needs_log_in(request):
            await _log_in_first(request, path)(scope, receive, send)
        else:
            await self._inside({**scope, "app": self._api, "origin": origin}, receive, send)

    def _name(self, request: Request, path: bytes) -> str:
        """The origin that the caller has named.

        Raises:
            ProblemError: when it is another one: the name of a foreign page may point to this machine (DNS rebinding).
        """
        names = request.headers.getlist("host")
        origin = self._names.get(names[0].lower()) if len(names) == 1 else None
        if origin is None or not path.startswith(b"/"):
            raise ProblemError(
                HTTPStatus.MISDIRECTED_REQUEST,
                "ui-host",
                "the Temporal UI is not served under this host name",
                remedy=f"open it by an address of its own: {', '.join(sorted(self._sessions.origins))}",
            )
        return origin

    async def _needs_log_in(self, request: Request) -> bool:
        """Whether a person opens a page without a session that counts; of all else, the guard says what is missing."""
        if request.method != "GET" or "text/html" not in request.headers.get("accept", ""):
            return False
        holder = self._sessions.holder(request)
        try:
            return holder is None or await principal_of_session(self._api.state.parts, holder) is None
        except (SQLAlchemyError, StoreFault):
            return False


class Looking:
    """ASGI middleware: lets those look who may read payloads of all sites, and refuses what could change something."""

    def __init__(self, ui: ASGIApp) -> None:
        self._ui = ui

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse, or pass on."""
        request = Request(scope, receive)
        try:
            await _READERS(request, scope["app"].state.parts)
            _require_looking(request, scope["raw_path"])
        except ProblemError as refusal:
            await refusal.response()(scope, receive, send)
        else:
            await self._ui(scope, receive, send)


def _require_own_page(request: Request, origin: str) -> None:
    """Refuse what a page of another origin asks for; it may only link here.

    Raises:
        ProblemError: when another page asks.
    """
    headers = request.headers
    opened = request.method == "GET" and (headers.get("sec-fetch-mode"), headers.get("sec-fetch-dest")) == (
        "navigate",
        "document",
    )
    ours = headers.get("sec-fetch-site", "none") in {"none", "same-origin"}
    if headers.get("origin", origin) != origin or not (ours or opened):
        raise ProblemError(
            HTTPStatus.FORBIDDEN,
            "ui-other-page",
            "a page of another origin asks for this",
            remedy=f"open {origin} itself",
        )


def _require_looking(request: Request, path: bytes) -> None:
    """Refuse everything that could change something.

    Raises:
        ProblemError: for all but reading and queries.
    """
    if request.method in _LOOKING or (request.method == "POST" and _QUERY.fullmatch(path)):
        return
    who = request.state.principal.name
    _log.warning("a change from the Temporal UI was refused", who=who, method=request.method, path=request.url.path)
    raise ProblemError(
        HTTPStatus.FORBIDDEN,
        "ui-looks-only",
        "the Temporal UI of this service is for looking: it starts, signals, cancels, terminates and resets nothing",
        remedy="use `rotator` or the API: `rotator cancel ROTATION`, `rotator hold ROTATION`, `rotator --help`",
    )


def _log_in_first(request: Request, path: bytes) -> RedirectResponse:
    """The log-in page, which leads back."""
    query: bytes = request.scope["query_string"]
    then = path + (b"?" + query if query else b"")
    return RedirectResponse(f"{LOGIN}?then={quote(then, safe='')}", HTTPStatus.SEE_OTHER)
