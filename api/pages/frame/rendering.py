"""Templates as pages, in the language of the reader."""

from functools import cache
from http import HTTPStatus
from pathlib import Path

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from api.pages.frame import addresses
from api.pages.frame.page_values import add_values, shown_text
from rotation.identity.permission import Permission
from texts.catalogue import Translator, translator
from texts.language import Language, wanted

LANGUAGE_COOKIE = "rotator-language"
_TEMPLATES = Path(__file__).parents[1] / "templates"


def translator_for(request: Request) -> Translator:
    """The texts of the language that the reader has chosen, or that the browser wants."""
    chosen = request.cookies.get(LANGUAGE_COOKIE, "")
    language = Language(chosen) if chosen in set(Language) else wanted(request.headers.get("accept-language", ""))
    return translator(language)


def render_page(
    request: Request, template: str, status: HTTPStatus = HTTPStatus.OK, /, **values: object
) -> HTMLResponse:
    """A whole page of a template. What others have written is escaped in it, and steers nothing."""
    by = translator_for(request)
    path = request.url.path
    here = f"{path}?{request.url.query}" if request.url.query else path
    who = getattr(request.state, "principal", None)
    text = (
        _environment(by.language)
        .get_template(template)
        .render(
            who=who,
            sees_sites=who is not None and who.may(Permission.SEE),
            language=by.language.value,
            languages=tuple(Language),
            here=here if request.method == "GET" else addresses.page_of(path),
            **values,
        )
    )
    return HTMLResponse(text, status)


@cache
def _environment(language: Language) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=shown_text,
    )
    add_values(environment, translator(language))
    return environment
