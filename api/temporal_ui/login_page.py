"""The log-in page as HTML: the form, what follows, and what went wrong."""

import re
from datetime import timedelta
from html import escape
from http import HTTPStatus
from urllib.parse import quote

from fastapi import Request
from fastapi.responses import HTMLResponse

from api.parts import Parts
from api.temporal_ui.sessions import COMPANY_LOGIN, LOGIN, LOGOUT, Sessions

_CODEC = "/v1/codec"
_WITHIN = re.compile(r"/(?![/\\])[!-~]*")
"""Where a log-in may lead: a page of the same origin."""
_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; "
    "frame-ancestors 'none'",
    # the code in the address of a callback goes nowhere; without any, forms would be sent without their origin
    "Referrer-Policy": "strict-origin",
}


def within(then: str) -> str:
    """Where a log-in leads: a page of the same origin, else the log-in page."""
    return then if _WITHIN.fullmatch(then) else LOGIN


def form(parts: Parts, then: str, trouble: str = "") -> str:
    """The form for a key, with the way to the company's log-in where there is one."""
    company = parts.log_in is not None and parts.log_in.has_pages
    address = f"{COMPANY_LOGIN}?then={quote(then, safe='')}"
    way = f'<p><a href="{escape(address)}">Log in with the company\'s log-in</a>, or:</p>\n' if company else ""
    return f"""<p>The Temporal UI shows what rotations do. Log in, and it opens in this browser.</p>
<p class="trouble" role="alert">{escape(trouble)}</p>
{way}<form method="post" action="{LOGIN}"><input type="hidden" name="then" value="{escape(then)}">
<label>Your API key <input name="key" type="password" required autocomplete="current-password"></label>
<button>Log in</button>
</form>"""


def logged_in(request: Request, who: str, lasting: timedelta) -> str:
    """What to do next, for a person who is logged in; where the UI is elsewhere, what to set in it."""
    here = str(request.base_url).rstrip("/")
    sessions: Sessions = request.app.state.sessions
    next_step = '<p><a href="/">Open the Temporal UI</a></p>'
    if here not in sessions.origins:
        next_step = f"""<p>To read encrypted payloads, once in each browser, in the Temporal UI:</p>
<ol><li>open <b>Codec Server</b> (the glasses at the top)</li>
<li>choose <b>Use my browser setting and ignore Cluster-level setting</b></li>
<li>give the endpoint <code>{escape(here)}{_CODEC}</code></li>
<li>switch on <b>Include cross-origin credentials</b>, <b>Apply</b>, and load the page again</li></ol>"""
    return f"""<p>You are logged in as <b>{escape(who)}</b>, for {lasting.total_seconds() / 3600:g} h at most.</p>
{next_step}
<form method="post" action="{LOGOUT}"><button>Log out</button></form>"""


def page(body: str, status: HTTPStatus = HTTPStatus.OK, *, on: str = "") -> HTMLResponse:
    """A whole page; one with `on` leads there by itself."""
    head = f'<meta http-equiv="refresh" content="0;url={escape(on)}">' if on else ""
    text = f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8">{head}<title>Temporal UI: log in</title>
<style>body {{ font: 16px/1.5 system-ui, sans-serif; max-width: 40em; margin: 3em auto; padding: 0 1em }}
label {{ display: block; margin: 1em 0 }} input {{ display: block; width: 100%; font: inherit }}
.trouble:empty {{ display: none }} .trouble {{ color: #b00020 }} button {{ font: inherit }}</style></head>
<body><h1>Temporal UI</h1>
{body}
</body></html>
"""
    return HTMLResponse(text, status, _HEADERS)
