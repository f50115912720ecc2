"""The log-in page as HTML: the form, what follows, and what went wrong."""

from collections.abc import Collection
from html import escape
from http import HTTPStatus

from fastapi import Request
from fastapi.responses import HTMLResponse

from api.parts import Parts
from api.temporal_ui.sessions import LASTING, LOGIN, LOGOUT

COMPANY = "/v1/login/oidc"
_CODEC = "/v1/codec"
_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; "
    "frame-ancestors 'none'",
    # no address with a code goes on to another page; without any referrer a browser would send its forms from `null`
    "Referrer-Policy": "strict-origin",
}


def form(parts: Parts, trouble: str = "", then: str = "") -> str:
    """The form for a key, with the way to the company's log-in where there is one; it leads to the page `then`."""
    company = parts.log_in is not None and parts.log_in.has_pages
    way = f'<p><a href="{COMPANY}">Log in with the company\'s log-in</a>, or:</p>\n' if company else ""
    return f"""<p>The Temporal UI shows what rotations do. Log in, and it opens in this browser.</p>
<p class="trouble" role="alert">{escape(trouble)}</p>
{way}<form method="post" action="{LOGIN}"><input type="hidden" name="then" value="{escape(then)}">
<label>Your API key <input name="key" type="password" required autocomplete="current-password"></label>
<button>Log in</button>
</form>"""


def inside(request: Request, doors: Collection[str], who: str) -> str:
    """For a person who is logged in: the UI behind one of the `doors`, or what to set in one elsewhere."""
    here = str(request.base_url).rstrip("/")
    next_step = '<p><a href="/">Open the Temporal UI</a></p>'
    if here not in doors:
        next_step = f"""<p>To read encrypted payloads, once in each browser, in the Temporal UI:</p>
<ol><li>open <b>Codec Server</b> (the glasses at the top)</li>
<li>choose <b>Use my browser setting and ignore Cluster-level setting</b></li>
<li>give the endpoint <code>{escape(here)}{_CODEC}</code></li>
<li>switch on <b>Include cross-origin credentials</b>, <b>Apply</b>, and load the page again</li></ol>"""
    return f"""<p>You are logged in as <b>{escape(who)}</b>, for {LASTING.total_seconds() / 3600:.0f} hours at most.</p>
{next_step}
<form method="post" action="{LOGOUT}"><button>Log out</button></form>"""


def page(body: str, status: HTTPStatus = HTTPStatus.OK, head: str = "") -> HTMLResponse:
    """A whole page; `head` is HTML of ours for its head."""
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
