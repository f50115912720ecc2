"""The page at which a person logs in with an API key: it opens the Temporal UI of `rotator up` to this browser.

Where Temporal runs elsewhere, the cookie that this page sets is what its UI can send to the codec server
(docs/develop/decisions/0014-codec-log-in.md).
"""

import re
from html import escape
from http import HTTPStatus
from typing import Annotated

import structlog
from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from api.parts import Parts, WithParts
from api.temporal_ui.sessions import COOKIE, LASTING, LOGIN, LOGOUT, Sessions

_CODEC = "/v1/codec"
_WITHIN = re.compile(r"/(?![/\\])[!-~]*")
"""Where a log-in may lead: a page of the same origin."""
router = APIRouter(include_in_schema=False)
_log = structlog.get_logger(__name__)
_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; "
    "frame-ancestors 'none'",
}


@router.get(LOGIN)
async def show(request: Request, parts: WithParts, then: str = "") -> HTMLResponse:
    """The form; to those who are logged in, what to set in a UI elsewhere."""
    name = await _holder(request, parts)
    return _page(_logged_in(request, name) if name is not None else _form("", then))


@router.post(LOGIN)
async def log_in(
    request: Request, parts: WithParts, key: Annotated[str, Form()] = "", then: Annotated[str, Form()] = ""
) -> Response:
    """Open a session of the identity whose key was given. It ends when the key does."""
    held = await parts.store.identities.holder(key, parts.clock())
    address = request.client.host if request.client else ""
    if held is None:
        _log.warning("a log-in for the Temporal UI was refused", address=address)
        return _page(_form("That is no API key that counts.", then), HTTPStatus.UNAUTHORIZED)
    _log.info("logged in for the Temporal UI", who=held.principal.name, address=address, lasting=str(LASTING))
    answer = RedirectResponse(then if _WITHIN.fullmatch(then) else LOGIN, HTTPStatus.SEE_OTHER)
    answer.set_cookie(
        COOKIE,
        _sessions(request).open(held.id),
        max_age=int(LASTING.total_seconds()),
        httponly=True,
        samesite="strict",  # the UI is of the same site: another port of the same host, or a sister domain
        secure=request.url.scheme == "https",
    )
    return answer


@router.post(LOGOUT)
async def log_out(request: Request) -> Response:
    """End the session."""
    key = _sessions(request).close(request)
    if key is not None:
        _log.info("logged out of the Temporal UI", key=key)
    answer = RedirectResponse(LOGIN, HTTPStatus.SEE_OTHER)
    answer.delete_cookie(COOKIE)
    return answer


async def _holder(request: Request, parts: Parts) -> str | None:
    """The name of the identity that is logged in."""
    key = _sessions(request).holder(request)
    held = await parts.store.identities.still(key, parts.clock()) if key is not None else None
    return held.principal.name if held is not None else None


def _sessions(request: Request) -> Sessions:
    sessions: Sessions = request.app.state.sessions
    return sessions


def _form(trouble: str, then: str) -> str:
    return f"""<p>The Temporal UI shows what rotations do. Log in, and it opens in this browser.</p>
<p class="trouble" role="alert">{escape(trouble)}</p>
<form method="post" action="{LOGIN}"><input type="hidden" name="then" value="{escape(then)}">
<label>Your API key <input name="key" type="password" required autocomplete="current-password"></label>
<button>Log in</button>
</form>"""


def _logged_in(request: Request, who: str) -> str:
    here = str(request.base_url).rstrip("/")
    next_step = '<p><a href="/">Open the Temporal UI</a></p>'
    if here not in _sessions(request).origins:
        next_step = f"""<p>To read encrypted payloads, once in each browser, in the Temporal UI:</p>
<ol><li>open <b>Codec Server</b> (the glasses at the top)</li>
<li>choose <b>Use my browser setting and ignore Cluster-level setting</b></li>
<li>give the endpoint <code>{escape(here)}{_CODEC}</code></li>
<li>switch on <b>Include cross-origin credentials</b>, <b>Apply</b>, and load the page again</li></ol>"""
    return f"""<p>You are logged in as <b>{escape(who)}</b>, for {LASTING.total_seconds() / 3600:.0f} hours at most.</p>
{next_step}
<form method="post" action="{LOGOUT}"><button>Log out</button></form>"""


def _page(body: str, status: HTTPStatus = HTTPStatus.OK) -> HTMLResponse:
    page = f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Temporal UI: log in</title>
<style>body {{ font: 16px/1.5 system-ui, sans-serif; max-width: 40em; margin: 3em auto; padding: 0 1em }}
label {{ display: block; margin: 1em 0 }} input {{ display: block; width: 100%; font: inherit }}
.trouble:empty {{ display: none }} .trouble {{ color: #b00020 }} button {{ font: inherit }}</style></head>
<body><h1>Temporal UI</h1>
{body}
</body></html>
"""
    return HTMLResponse(page, status, _HEADERS)
