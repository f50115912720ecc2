"""/problems: what `type` of a problem names, as a page or as JSON. It needs no key and no internet."""

from html import escape
from http import HTTPStatus
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, JSONResponse, Response

from api.http.problems import described
from api.manners.problem_catalogue import ProblemKind, problem_kinds, unknown_kind
from rotation.values import Value
from texts.catalogue import Translator, translator
from texts.language import wanted
from texts.weights import weights

router = APIRouter(prefix="/problems", tags=["problems"])
_HTML, _JSON = "text/html", "application/json"
_HEADERS = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"}
_OWN = "The problem itself has a remedy for its own case, and findings where several things stand against the request."
_PAGE: dict[int | str, dict[str, Any]] = {int(HTTPStatus.OK): {"content": {_HTML: {"schema": {"type": "string"}}}}}


class ProblemKinds(Value):
    """All kinds of problems."""

    kinds: tuple[ProblemKind, ...]


@router.get("", response_model=ProblemKinds, responses=_PAGE)
async def list_problem_kinds(request: Request) -> Response:
    """Every kind of problem, in the order of the documentation: HTML where the caller prefers it, else JSON."""
    kinds, _ = tuple(problem_kinds().values()), _texts(request)
    rows = "\n".join(
        f'<tr><td><a href="/problems/{each.code}">{each.code}</a></td><td>{_statuses(each)}</td>'
        f"<td>{escape(_(each.means))}</td></tr>"
        for each in kinds
    )
    heads = "".join(f"<th>{_(each)}</th>" for each in ("Problem", "HTTP status", "What it means"))
    table = f"<table><tr>{heads}</tr>\n{rows}\n</table>"
    return _preferred(request, ProblemKinds(kinds=kinds), _("Problems"), table)


@router.get("/{code}", response_model=ProblemKind, responses=_PAGE | described(HTTPStatus.NOT_FOUND))
async def show_problem_kind(code: str, request: Request) -> Response:
    """What a kind of problem means, and what to do: HTML where the caller prefers it, else JSON."""
    kind = problem_kinds().get(code)
    if kind is None:
        raise unknown_kind()
    _ = _texts(request)
    body = f"""<p><code>{kind.code}</code>, {_("HTTP status")} {_statuses(kind)}</p>
<h2>{_("What it means")}</h2><p>{escape(_(kind.means))}</p>
<h2>{_("What to do")}</h2><p>{escape(_(kind.remedy))}</p>
<p>{escape(_(_OWN))}</p>
<p><a href="/problems">{_("All problems")}</a></p>"""
    return _preferred(request, kind, _(kind.title), body)


def _texts(request: Request) -> Translator:
    return translator(wanted(request.headers.get("accept-language", "")))


def _statuses(kind: ProblemKind) -> str:
    return ", ".join(str(each) for each in kind.status)


def _preferred(request: Request, content: Value, title: str, body: str) -> Response:
    """The content as the caller prefers it (RFC 9110, 12.5.1); JSON where it has no preference, in English here."""
    accept = request.headers.get("accept", "")
    headers = {"Vary": "Accept"}
    if _quality(accept, _HTML) <= _quality(accept, _JSON):
        return JSONResponse(content.model_dump(mode="json"), headers=headers)
    language = _texts(request).language.value
    text = f"""<!doctype html>
<html lang="{language}"><head><meta charset="utf-8"><title>{escape(title)}</title>
<style>body {{ font: 16px/1.5 system-ui, sans-serif; max-width: 60em; margin: 3em auto; padding: 0 1em }}
td, th {{ text-align: left; vertical-align: top; padding: .2em 1em .2em 0 }}</style></head>
<body><h1>{escape(title)}</h1>
{body}
</body></html>
"""
    headers = {"Vary": "Accept, Accept-Language", "Content-Language": language}
    return HTMLResponse(text, headers=headers | _HEADERS)


def _quality(accept: str, media_type: str) -> float:
    """How much a caller wants a media type, by the most exact range."""
    found = weights(accept)
    ranges = (media_type, f"{media_type.partition('/')[0]}/*", "*/*")
    return next((found[each] for each in ranges if each in found), 0.0)
