"""/v1/sites/{id}/clients: exports of the clients of a site without REST, and its document."""

import asyncio
import hashlib
from collections.abc import Sequence
from contextlib import suppress
from http import HTTPStatus
from typing import Annotated
from uuid import uuid4

from fastapi import APIRouter, Query, Request
from pydantic import Field

from api.http.allowed import allowed
from api.http.authors import WithAuthor
from api.http.caller import Caller
from api.http.problems import ProblemError, described, refused
from api.manners.instant import Instant
from api.manners.request_ids import request_id
from api.parts import Parts, WithParts
from api.site.console_document import ConsoleRequest, ConsoleSiteShown, ExportShown
from api.site.shown_site import ExpectedSite
from engine.client.updates import send
from engine.fault import EngineFault
from rotation.access import OfflineDocument
from rotation.bounds import Text
from rotation.console.exported import ClientExport, implausible, lacking, of_other_groups, paths_of, unknown_groups
from rotation.finding import blocking
from rotation.identity.identity import Principal
from rotation.identity.permission import Permission
from rotation.running.message import Message, Move
from rotation.site import Site
from rotation.values import SiteId, Value
from sepm.offline.client_export import MOST_LINES, Encoding, ExportForm, parse_client_export
from sepm.offline.export_columns import Field as Column
from sepm.offline.export_dates import DateOrder
from store.site.site_changes import ReasonedAct
from store.trail.site_trail import NewTrailEvent, TrailKind

router = APIRouter(prefix="/v1/sites", tags=["sites"])
_CSV = {"requestBody": {"required": True, "content": {"text/csv": {"schema": {"type": "string", "format": "binary"}}}}}
_REFUSALS = described(HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT, HTTPStatus.UNPROCESSABLE_ENTITY)


class ExportHints(Value):
    """What the file itself does not state."""

    taken_at: Instant = Field(description="When the console wrote the file")
    timezone: str = Field(default="", max_length=100, description="The console's, e.g. Europe/Prague")
    dates: DateOrder | None = Field(default=None, description="The order of day and month: it is never guessed")
    encoding: Encoding | None = Field(default=None, description="Where it is neither UTF-8 nor UTF-16")
    column: tuple[Annotated[str, Text], ...] = Field(
        default=(), max_length=20, description="FIELD=HEADER, where a header is not known"
    )

    gone: int = Field(
        default=0,
        ge=0,
        le=MOST_LINES,
        description="How many clients of the export before are not in this one, since the console does not show them",
    )

    def form(self) -> ExportForm:
        """How to read the file.

        Raises:
            ProblemError: 422, when a column is named that there is not.
        """
        return ExportForm(
            timezone=self.timezone, dates=self.dates, encoding=self.encoding, columns=_columns(self.column)
        )


@router.put(
    "/{site_id}/clients",
    responses=_REFUSALS,
    openapi_extra=_CSV,
    dependencies=[allowed(Permission.RECORD)],
)
async def upload_clients(
    site_id: SiteId,
    request: Request,
    caller: Caller,
    author: WithAuthor,
    parts: WithParts,
    *,
    hints: Annotated[ExportHints, Query()],
    expected: ExpectedSite,
) -> ExportShown:
    """Take in the console's own export of clients, as text/csv. The rotation reads an open gate again."""
    site, access = await _at_console(parts, site_id)
    content = await request.body()
    read = await asyncio.to_thread(parse_client_export, content, hints.form())
    now = parts.clock()
    if finding := implausible(read.clients, taken_at=hints.taken_at, now=now):
        raise refused("export-implausible", [finding], status=HTTPStatus.UNPROCESSABLE_ENTITY)
    groups = paths_of(read.clients)
    if finding := of_other_groups(groups, access):
        raise refused("export-of-other-groups", [finding], status=HTTPStatus.UNPROCESSABLE_ENTITY)
    sha256 = hashlib.sha256(content).hexdigest()
    newest = await parts.store.console.newest_export(site.id)
    if newest is not None and newest.sha256 == sha256:
        text = f"the service has read this same file before, taken at {newest.taken_at:%Y-%m-%d %H:%M:%S} UTC"
        again = blocking("export-again", "export", text, "export the clients again, and upload that")
        raise refused("export-again", [again])
    before = await parts.store.console.clients(newest) if newest is not None else ()
    if finding := lacking(read.clients, before, gone=hints.gone):
        raise refused("export-lacks-clients", [finding])
    export = ClientExport(
        id=uuid4().hex,
        taken_at=hints.taken_at,
        uploaded_at=now,
        uploaded_by=caller.name,
        sha256=sha256,
        clients=len(read.clients),
        columns=read.columns,
        groups=groups,
    )
    await parts.store.console.add_export(site.id, export, read.clients, expected=expected)
    taken_in = NewTrailEvent(
        at=now,
        kind=TrailKind.CLIENTS_TAKEN_IN,
        message=f"{export.clients} clients, exported at {hints.taken_at:%Y-%m-%d %H:%M:%S %Z}",
        author=author,
        data={"sha256": sha256},
    )
    await parts.store.trail.append(site.id, taken_in)
    return ExportShown(
        site_id=site.id,
        never_seen=sum(1 for client in read.clients if client.last_seen is None),
        unknown_groups=unknown_groups(groups, access),
        read=await _read_gate(parts, site.id, caller),
        **export.model_dump(exclude={"id", "groups"}),
    )


@router.put("/{site_id}/console", responses=_REFUSALS, dependencies=[allowed(Permission.RECORD)])
async def describe_console(
    site_id: SiteId, document: ConsoleRequest, author: WithAuthor, parts: WithParts, expected: ExpectedSite
) -> ConsoleSiteShown:
    """Replace the description of a site without REST. Changes reported before `recorded_at` are part of it."""
    await _at_console(parts, site_id)
    now = parts.clock()
    access, act = document.read(now), ReasonedAct(at=now, author=author, why=document.why, expected=expected)
    site = await parts.store.site_changes.describe_console(site_id, access, act)
    return ConsoleSiteShown.of(site, access, await parts.store.console.newest_export(site_id))


async def _at_console(parts: Parts, site_id: SiteId) -> tuple[Site, OfflineDocument]:
    site = await parts.store.sites.get(site_id)
    if site.at_console is None:
        raise ProblemError(
            HTTPStatus.CONFLICT,
            "site-over-rest",
            f"the clients and groups of {site_id} are read over REST",
            remedy="survey it: POST /v1/sites/ID/survey",
        )
    return site, site.at_console


async def _read_gate(parts: Parts, site_id: SiteId, caller: Principal) -> bool:
    """Have the rotation read an open gate now. Without an open gate or an answer, it reads at its own time."""
    running = await parts.store.rotations.running(site_id)
    if running is None:
        return False
    message = Message(
        move=Move.LOOK_AGAIN,
        rotation_id=running.id,
        who=caller.name,
        identity=caller.id,
        request_id=uuid4().hex,
        http_request=request_id(),
    )
    with suppress(EngineFault):
        reply = await send(parts.temporal, site_id, message)
        return reply is not None and reply.accepted
    return False


def _columns(named: Sequence[str]) -> dict[Column, str]:
    fields = {field.value: field for field in Column}
    found = {}
    for text in named:
        name, equals, header = text.partition("=")
        if name not in fields or not equals or not header.strip():
            raise ProblemError(
                HTTPStatus.UNPROCESSABLE_ENTITY,
                "column-unclear",
                f"{text[:100]!r} names no column",
                remedy=f"write FIELD=HEADER, with one of {', '.join(fields)}",
            )
        found[fields[name]] = header
    return found
