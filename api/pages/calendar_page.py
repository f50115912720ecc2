"""The calendar as a page: month by month, with the feed that programs for calendars read."""

from collections.abc import Iterable
from itertools import groupby

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from api.calendar.agenda import agenda_of
from api.calendar.agenda_item import AgendaItem
from api.calendar.ics_calendar import MEDIA_TYPE, ics_of
from api.http.allowed import allowed
from api.http.caller import Caller
from api.pages.frame.addresses import CALENDAR
from api.pages.frame.rendering import render_page, translator_for
from api.parts import WithParts
from rotation.identity.permission import Permission
from rotation.values import Value

router = APIRouter(prefix=CALENDAR, include_in_schema=False)


class CalendarMonth(Value):
    """The entries of a month."""

    items: tuple[AgendaItem, ...]


@router.get("", dependencies=[allowed(Permission.SEE)])
async def show(request: Request, parts: WithParts, caller: Caller) -> HTMLResponse:
    """The page."""
    items = await agenda_of(parts, caller)
    feed = f"{str(request.base_url).rstrip('/')}/v1/calendar.ics"
    return render_page(request, "calendar.html", months=_months(items), feed=feed, now=parts.clock())


@router.get("/file", dependencies=[allowed(Permission.SEE)])
async def download(request: Request, parts: WithParts, caller: Caller) -> Response:
    """The entries as a file, as they are now: to be taken in once, without a key."""
    items = await agenda_of(parts, caller)
    address = str(request.base_url).rstrip("/")
    content = ics_of(items, translator_for(request), address=address, now=parts.clock())
    headers = {"Content-Disposition": 'attachment; filename="rotations.ics"'}
    return Response(content, headers=headers, media_type=MEDIA_TYPE)


def _months(items: Iterable[AgendaItem]) -> tuple[CalendarMonth, ...]:
    months = groupby(items, key=lambda item: (item.at.year, item.at.month))
    return tuple(CalendarMonth(items=tuple(each)) for _, each in months)
