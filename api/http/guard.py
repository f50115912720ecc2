"""The guard before every route: a key or a token of an identity, judged before anything of the body is read."""

import base64
import hashlib
from collections.abc import Callable
from datetime import timedelta
from http import HTTPStatus

import structlog
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnection
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Receive, Scope, Send

from api.http import faults
from api.http.company import principal_of
from api.http.problems import ProblemError
from api.parts import Parts
from oidc.errors import ProviderAway, TokenRefused
from oidc.settings import CALLBACK
from rotation.identity.identity import Principal
from rotation.identity.log_in import LogIn
from store.access.api_key import ApiKey
from store.access.key_text import PREFIX, KeyId
from store.fault import StoreFault

_DESCRIPTION = ("/docs", "/docs/oauth2-redirect", "/redoc", "/openapi.json")
_FILES = ("/docs/files/", "/files/", "/problems/")
"""Of those pages and of ours: scripts and styles; and what each problem means."""
_PROBLEMS = ("/problems", "/problems/{code}")
_PAGES = ("/v1/codec/login", "/v1/codec/logout", "/v1/login/oidc", CALLBACK, "/sign-in", "/sign-out", "/language")
OPEN = frozenset({*_DESCRIPTION, *_PROBLEMS, "/healthz/live", "/healthz/ready", *_PAGES})
_log = structlog.get_logger(__name__)
_SCHEME, _BASIC = "bearer", "basic"
_BY_PASSWORD = frozenset({"/v1/calendar.ics"})
"""Where a key may be the password of HTTP Basic: programs for calendars send no other header. It is read there only."""
READS = frozenset({"GET", "HEAD"})
_COUNTS_ON = timedelta(minutes=10)
"""How long a key that was looked up goes on counting while the database does not answer: what the service knows of its
own state must be readable then. A request that could change something is refused meanwhile."""


class Guard:
    """ASGI middleware: requires a key for all but health, the API's description and problems, log-in and log-out."""

    def __init__(
        self, app: ASGIApp, session: Callable[[HTTPConnection], KeyId | LogIn | None], free: frozenset[str] = OPEN
    ) -> None:
        """`session` names what a log-in was made with, whose session a request carries; `free` needs no key."""
        self._app = app
        self._session = session
        self._free = free

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer 401, 403 or, where nothing can be judged, 503; or pass on, with the principal in the state."""
        if scope["type"] == "lifespan" or self._is_open(scope["path"]):
            await self._app(scope, receive, send)
            return
        parts: Parts = scope["app"].state.parts
        request = HTTPConnection(scope)
        try:
            principal, key = await self._known(request, parts)
        except ProblemError as refusal:
            await refusal.response()(scope, receive, send)
        except StoreFault as fault:
            await faults.from_store(fault).response()(scope, receive, send)
        except (OperationalError, InterfaceError, NoConnection) as error:
            _log.error("the database does not serve", kind=type(error).__name__)
            await faults.from_database(error).response()(scope, receive, send)
        except (TokenRefused, ProviderAway) as error:
            _log.warning("a token was not accepted", reason=str(error), address=request.client and request.client.host)
            await faults.from_log_in(error).response()(scope, receive, send)
        else:
            scope.setdefault("state", {})["principal"] = principal
            await self._app(scope, receive, send)
            if key is not None:
                await parts.store.identities.note_use(key, parts.clock())

    def _is_open(self, path: str) -> bool:
        return path in self._free or (bool(self._free) and path.startswith(_FILES))

    async def _known(self, request: HTTPConnection, parts: Parts) -> tuple[Principal, ApiKey | None]:
        """Who makes the request, and the key that it shows, if it is one."""
        token, session = _given(request), self._session(request)
        if parts.log_in is not None and token and not token.startswith(PREFIX):
            return await principal_of(parts, await parts.log_in.bearer(token)), None
        if isinstance(session, LogIn) and not token:
            return await principal_of(parts, session), None
        reads = request.scope.get("method") in READS
        key = await self._shown(token, None if isinstance(session, LogIn) else session, parts, reads=reads)
        if key is None:
            raise _refusal(by_password=request.url.path in _BY_PASSWORD)
        return key.principal, key

    async def _shown(self, token: str, session: KeyId | None, parts: Parts, *, reads: bool) -> ApiKey | None:
        """The key that a request shows, in its header or by its session."""
        now, found = parts.clock(), None
        shown = hashlib.sha256(token.encode() if session is None else session.encode()).digest()
        try:
            if token:
                found = await parts.store.identities.holder(token, now)
            if found is None and session is not None:
                found = await parts.store.identities.still(session, now)
        except (OperationalError, InterfaceError, NoConnection):
            found, looked_up = parts.looked_up.get(shown, (None, now))
            if not reads or found is None or now - looked_up > _COUNTS_ON or not found.counts(now):
                raise
            return found
        parts.looked_up.pop(shown, None)
        if found is not None:
            parts.looked_up[shown] = found, now
        return found


def _given(request: HTTPConnection) -> str:
    """The key or token that a request shows in its header."""
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == _SCHEME:
        return given.strip()
    if scheme.lower() != _BASIC or request.url.path not in _BY_PASSWORD:
        return ""
    try:
        return base64.b64decode(given.strip(), validate=True).decode("ascii").partition(":")[2]
    except ValueError:
        return ""


def _refusal(*, by_password: bool) -> ProblemError:
    return ProblemError(
        HTTPStatus.UNAUTHORIZED,
        "unauthorized",
        "the request carries no API key that counts: it is missing, unknown, expired or revoked",
        remedy="send the header `Authorization: Bearer KEY`; an admin adds keys (rotator key add), and `rotator up` "
        "prints where the first one is",
        headers={"WWW-Authenticate": 'Basic realm="rotator"' if by_password else 'Bearer realm="rotator"'},
    )
