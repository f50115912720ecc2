"""/v1/sites/{id}/http-reach: which networks of a site let plain HTTP through, as a script on its clients has asked."""

import asyncio
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query, Request
from pydantic import Field

from api.http.allowed import allowed
from api.http.caller import Caller
from api.http.problems import described, refused
from api.parts import WithParts
from rotation.identity.permission import Permission
from rotation.reach.counting import NetworkCount, counted
from rotation.reach.script import Shell, script
from rotation.reach.table import read_table
from rotation.reach.targets import Target, targets
from rotation.values import SiteId, Value

router = APIRouter(prefix="/v1/sites", tags=["sites"])
_CSV = {"requestBody": {"required": True, "content": {"text/csv": {"schema": {"type": "string", "format": "binary"}}}}}


class ScriptShown(Value):
    """The script for a site."""

    site_id: SiteId
    asked: tuple[Target, ...] = Field(description="The servers and ports that it asks")
    script: str


class HttpReachShown(Value):
    """What is known of the networks of a site."""

    site_id: SiteId
    answers: int = Field(description="Of each client, network, server and port the newest is kept")
    networks: tuple[NetworkCount, ...]


@router.get(
    "/{site_id}/network-script", responses=described(HTTPStatus.NOT_FOUND), dependencies=[allowed(Permission.SEE)]
)
async def show_network_script(
    site_id: SiteId, parts: WithParts, runs_in: Annotated[Shell, Query(alias="shell")] = Shell.POWERSHELL
) -> ScriptShown:
    """The script that asks every server over plain HTTP. It is read-only; run it on every client."""
    asked = targets(await parts.store.sites.get(site_id))
    return ScriptShown(site_id=site_id, asked=asked, script=script(asked, runs_in))


@router.post(
    "/{site_id}/http-reach",
    responses=described(HTTPStatus.NOT_FOUND, HTTPStatus.UNPROCESSABLE_ENTITY),
    openapi_extra=_CSV,
    dependencies=[allowed(Permission.RECORD)],
)
async def add_http_reach(
    site_id: SiteId,
    request: Request,
    caller: Caller,
    parts: WithParts,
) -> HttpReachShown:
    """Take in what the script has written on clients, as text/csv. The same file again changes nothing.

    When a line cannot be read, it is named, and nothing of the file counts.
    """
    await parts.store.sites.get(site_id)
    read = await asyncio.to_thread(read_table, await request.body(), now=parts.clock())
    if read.findings:
        raise refused("http-reach-unreadable", read.findings, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    await parts.store.http_reach.add(site_id, read.answers, caller.name)
    return await show_http_reach(site_id, parts)


@router.get("/{site_id}/http-reach", responses=described(HTTPStatus.NOT_FOUND), dependencies=[allowed(Permission.SEE)])
async def show_http_reach(site_id: SiteId, parts: WithParts) -> HttpReachShown:
    """How many clients of each network plain HTTP gets through from."""
    await parts.store.sites.get(site_id)
    answers = await parts.store.http_reach.answers(site_id)
    return HttpReachShown(site_id=site_id, answers=len(answers), networks=counted(answers, now=parts.clock()))
