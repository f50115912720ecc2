"""The page at which a person logs in with the API key, so that the Temporal UI of this browser shows what is encrypted.

The UI has no log-in of its own where the embedded Temporal runs; what it can send to a codec server then is the cookie
that this page sets (docs/develop/decisions/0014-codec-log-in.md).
"""

from html import escape
from http import HTTPStatus
from typing import Annotated

import structlog
from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from api.parts import Parts, WithParts
from api.temporal_ui.sessions import COOKIE, LASTING, Sessions

_FOLDER = "/v1/codec"
_PAGE = f"{_FOLDER}/login"
router = APIRouter(include_in_schema=False)
_log = structlog.get_logger(__name__)
_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; "
    "frame-ancestors 'none'",
}


@router.get(_PAGE)
async def show(request: Request, parts: WithParts) -> HTMLResponse:
    """The form; to those who are logged in, what to set in the UI."""
    name = await _holder(request, parts)
    return _page(_logged_in(request, name) if name is not None else _form(""))


@router.post(_PAGE)
async def log_in(request: Request, parts: WithParts, key: Annotated[str, Form()] = "") -> Response:
    """Open a session of the identity whose key was given. It ends when the key does."""
    held = await parts.store.identities.holder(key, parts.clock())
    address = request.client.host if request.client else ""
    if held is None:
        _log.warning("a log-in for the codec server was refused", address=address)
        return _page(_form("That is no API key that counts."), HTTPStatus.UNAUTHORIZED)
    _log.info("logged in for the codec server", who=held.principal.name, address=address, lasting=str(LASTING))
    answer = RedirectResponse(_PAGE, HTTPStatus.SEE_OTHER)
    answer.set_cookie(
        COOKIE,
        _sessions(request).open(held.id),
        max_age=int(LASTING.total_seconds()),
        path=_FOLDER,
        httponly=True,
        samesite="strict",  # the UI is of the same site: another port of the same host, or a sister domain
        secure=request.url.scheme == "https",
    )
    return answer


@router.post(f"{_FOLDER}/logout")
async def log_out(request: Request) -> Response:
    """End the session."""
    key = _sessions(request).close(request)
    if key is not None:
        _log.info("logged out of the codec server", key=key)
    answer = RedirectResponse(_PAGE, HTTPStatus.SEE_OTHER)
    answer.delete_cookie(COOKIE, path=_FOLDER)
    return answer


async def _holder(request: Request, parts: Parts) -> str | None:
    """The name of the identity that is logged in."""
    key = _sessions(request).holder(request)
    held = await parts.store.identities.still(key, parts.clock()) if key is not None else None
    return held.principal.name if held is not None else None


def _sessions(request: Request) -> Sessions:
    sessions: Sessions = request.app.state.sessions
    return sessions


def _form(trouble: str) -> str:
    return f"""<p>Temporal keeps encrypted what rotations do. Log in, and the UI of this browser can show it.</p>
<p class="trouble" role="alert">{escape(trouble)}</p>
<form method="post" action="{_PAGE}">
<label>Your API key <input name="key" type="password" required autocomplete="current-password"></label>
<button>Log in</button>
</form>"""


def _logged_in(request: Request, who: str) -> str:
    endpoint = escape(f"{str(request.base_url).rstrip('/')}{_FOLDER}")
    return f"""<p>You are logged in as <b>{escape(who)}</b>, for {LASTING.total_seconds() / 3600:.0f} hours at most.</p>
<p>Once in each browser, in the Temporal UI:</p>
<ol><li>open <b>Codec Server</b> (the glasses at the top)</li>
<li>choose <b>Use my browser setting and ignore Cluster-level setting</b></li>
<li>give the endpoint <code>{endpoint}</code></li>
<li>switch on <b>Include cross-origin credentials</b>, <b>Apply</b>, and load the page again</li></ol>
<form method="post" action="{_FOLDER}/logout"><button>Log out</button></form>"""


def _page(body: str, status: HTTPStatus = HTTPStatus.OK) -> HTMLResponse:
    page = f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Read encrypted payloads</title>
<style>body {{ font: 16px/1.5 system-ui, sans-serif; max-width: 40em; margin: 3em auto; padding: 0 1em }}
label {{ display: block; margin: 1em 0 }} input {{ display: block; width: 100%; font: inherit }}
.trouble:empty {{ display: none }} .trouble {{ color: #b00020 }} button {{ font: inherit }}</style></head>
<body><h1>Read encrypted payloads</h1>
{body}
</body></html>
"""
    return HTMLResponse(page, status, _HEADERS)
