"""/v1/calendar.ics: the calendar as programs for calendars subscribe to it."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from api.calendar.agenda import agenda_of
from api.calendar.ics_calendar import MEDIA_TYPE, ics_of
from api.http.allowed import allowed
from api.http.caller import Caller
from api.parts import WithParts
from rotation.identity.permission import Permission
from texts.catalogue import translator
from texts.language import Language

router = APIRouter(prefix="/v1", tags=["calendar"])
_EXAMPLE = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//rotator//calendar//EN\r\nEND:VCALENDAR\r\n"
_FEED = {"schema": {"type": "string"}, "example": _EXAMPLE}


@router.get(
    "/calendar.ics",
    response_class=Response,
    responses={200: {"content": {"text/calendar": _FEED}, "description": "RFC 5545"}},
    dependencies=[allowed(Permission.SEE)],
)
async def show_calendar(
    request: Request,
    caller: Caller,
    parts: WithParts,
    language: Annotated[Language, Query(description="Of the entries")] = Language.ENGLISH,
) -> Response:
    """Latest safe starts, ends of certificates, and of rotations that run the gates, holdouts and replacements.

    Of the sites that the caller sees. Programs for calendars send the key as the password of HTTP Basic, with any name.
    """
    items = await agenda_of(parts, caller)
    address = str(request.base_url).rstrip("/")
    content = ics_of(items, translator(language), address=address, now=parts.clock())
    return Response(content, media_type=MEDIA_TYPE)
