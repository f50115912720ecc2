"""Counts of clients."""

from collections import Counter

from fastapi import APIRouter, Depends
from fastapi.responses import JSONResponse

from emulator.instants import to_ms
from emulator.rest.service import Here, answer, authorise


def _formatted(build: str) -> str:
    # as free-form as the real one: it misled people (a 14.2 RU1 build shown as RU3 MP3)
    return ".".join(build.split(".")[:3])


def stats_routes() -> APIRouter:
    """Clients by status and by version."""
    router = APIRouter(prefix="/stats/client", dependencies=[Depends(authorise)])

    @router.get("/onlinestatus")
    async def online_status(service: Here) -> JSONResponse:
        counts = Counter(record.online for record in service.simulation.fleet.records())
        rows = [
            {"status": "ONLINE", "clientsCount": counts[True]},
            {"status": "OFFLINE", "clientsCount": counts[False]},
        ]
        return answer({"lastUpdated": to_ms(service.server_time()), "clientCountStatsList": rows})

    @router.get("/version")
    async def version(service: Here) -> JSONResponse:
        counts = Counter(record.build for record in service.simulation.fleet.records())
        rows = [
            {"version": build, "formattedVersion": _formatted(build), "clientsCount": count}
            for build, count in sorted(counts.items())
        ]
        return answer({"lastUpdated": to_ms(service.server_time()), "clientVersionList": rows})

    return router
