"""A new site: where its SEPM is, its account, its servers, and the certificate that a person compares first."""

from collections.abc import Mapping
from http import HTTPStatus

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from api.http.allowed import allowed
from api.http.authors import WithAuthor
from api.http.caller import Caller
from api.manners.refusals import REFUSALS
from api.pages.frame.addresses import REGISTRATION
from api.pages.frame.own_forms import texts_of
from api.pages.frame.refused_form import RefusedForm, refused_form
from api.pages.frame.rendering import render_page
from api.pages.site import registration_form as form
from api.pages.site.limit_fields import LIMIT_FIELDS, NO_PURGE
from api.parts import WithParts
from api.site.first_contact import presented_at
from api.site.sites import register_site
from rotation.identity.permission import Permission
from rotation.site import DatabaseKind

router = APIRouter(prefix=REGISTRATION, include_in_schema=False)
_ACT, _ROW, _LOOK = "act", "row", "look"
_PRESENTED = "presented"
"""The fingerprint that the form has shown."""


@router.get("", dependencies=[allowed(Permission.REGISTER_SITES)])
async def show(request: Request) -> HTMLResponse:
    """The empty form."""
    return _form(request, {}, rows=1)


@router.post("", dependencies=[allowed(Permission.REGISTER_SITES)])
async def register(request: Request, parts: WithParts, caller: Caller, author: WithAuthor) -> Response:
    """Show the certificate that SEPM presents; with the certificate confirmed and the password, register the site.

    The password is never shown again: a form that was refused asks for it once more, and for the files.
    """
    sent = await texts_of(request, as_typed=(form.PASSWORD,))
    act, rows = sent.get(_ACT, _LOOK), form.rows_of(sent)
    presented = sent.get(_PRESENTED, sent.get(form.TRUST, ""))
    if act == _ROW:
        return _form(request, sent, rows=min(rows + 1, form.MOST_SERVERS), presented=presented)
    try:
        document = form.document_of(sent)
        if act == _LOOK or form.TRUST not in sent:
            document.site()  # what is wrong in the form is shown before SEPM is asked
            presented = await presented_at(document.reached(document.name))
            return _form(request, sent, rows=rows, presented=presented)
        site = await register_site(document, caller, author, parts, Response())
    except REFUSALS as error:
        refused = refused_form(error, form.fields_of(rows), form.ELSEWHERE)
        return _form(request, sent, rows=rows, presented=presented, refused=refused)
    return RedirectResponse(f"/sites/{site.id}", HTTPStatus.SEE_OTHER)


def _form(
    request: Request,
    sent: Mapping[str, str],
    *,
    rows: int,
    presented: str = "",
    refused: RefusedForm | None = None,
) -> HTMLResponse:
    return render_page(
        request,
        "registration.html",
        HTTPStatus.OK if refused is None else refused.status,
        values=form.shown_again(sent),
        rows=rows,
        lists=form.LISTS,
        limits=LIMIT_FIELDS,
        asked_limits=form.asked_limits(sent),
        no_purge=NO_PURGE,
        databases=tuple(DatabaseKind),
        presented=presented,
        refused=refused,
    )
