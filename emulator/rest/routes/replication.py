"""Replication with a partner site."""

from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from fastapi.responses import JSONResponse

from emulator.instants import to_ms
from emulator.rest.errors import BadArgumentError
from emulator.rest.service import Here, RestService, answer, authorise
from emulator.state.draws import identity

_SCHEDULE = timedelta(hours=1)


def replication_routes() -> APIRouter:
    """Whether the site replicates, with whom, and a start by hand."""
    router = APIRouter(prefix="/replication", dependencies=[Depends(authorise)])

    @router.get("/is_replicated")
    async def is_replicated(service: Here) -> JSONResponse:
        return answer(service.site.is_replicated)

    @router.get("/status")
    async def status(service: Here) -> JSONResponse:
        site = service.site
        row = {
            "id": site.id,
            "siteName": site.name,
            "siteLocation": "N/A",
            "replicationPartnerStatusList": _partners(service),
        }
        return answer({"replicationStatus": [row]})

    @router.post("/replicatenow")
    async def replicate_now(
        service: Here,
        partner: Annotated[str, Query(alias="partnerSiteName")],
        content: Annotated[bool, Query()],
        logs: Annotated[bool, Query()],
    ) -> JSONResponse:
        site = service.site
        if not site.is_replicated or partner != site.replication_partner:
            raise BadArgumentError(f"The replication partner {partner} does not exist.")
        site.effects.record("rest.replicate_now", partner, str(content), str(logs))
        return answer({"code": 0})

    return router


def _partners(service: RestService) -> list[dict[str, Any]]:
    site = service.site
    partner = site.replication_partner
    if partner is None or not site.is_replicated:
        return []
    now = service.server_time()
    since = (now - service.start) % _SCHEDULE
    last = to_ms(now - since)
    return [
        {
            "id": identity(service.simulation.spec.seed, "site", partner),
            "name": partner,
            "location": "NA",
            "lastRunTime": last,
            "lastSuccessfulRunTime": last,
            "nextRunTime": to_ms(now - since + _SCHEDULE),
            "status_code": "SUCCEEDED",
        }
    ]
