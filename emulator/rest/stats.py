"""Counts of clients."""

from collections import Counter
from typing import Any

from fastapi import APIRouter, Depends

from emulator.instants import to_ms
from emulator.rest.service import RestService


def _formatted(build: str) -> str:
    # as free-form as the real one: it misled people (a 14.2 RU1 build shown as RU3 MP3)
    return ".".join(build.split(".")[:3])


def stats_routes(service: RestService) -> APIRouter:
    """Clients by status and by version."""
    router = APIRouter(prefix="/stats/client", dependencies=[Depends(service.authorise)])

    @router.get("/onlinestatus")
    async def online_status() -> dict[str, Any]:
        counts = Counter(record.online for record in service.simulation.fleet.records())
        return {
            "lastUpdated": to_ms(service.server_time()),
            "clientCountStatsList": [
                {"status": "ONLINE", "clientsCount": counts[True]},
                {"status": "OFFLINE", "clientsCount": counts[False]},
            ],
        }

    @router.get("/version")
    async def version() -> dict[str, Any]:
        counts = Counter(record.build for record in service.simulation.fleet.records())
        return {
            "lastUpdated": to_ms(service.server_time()),
            "clientVersionList": [
                {"version": build, "formattedVersion": _formatted(build), "clientsCount": count}
                for build, count in sorted(counts.items())
            ],
        }

    return router
