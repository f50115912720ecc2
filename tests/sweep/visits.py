"""An emulated site on a lane: registered, planned, rotated; and what really is there."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import httpx
from temporalio.client import WorkflowHandle

from engine.client.client import lazy_client
from engine.ids import rotation_workflow
from rotation.values import SiteId
from tests.sweep.lanes import Lane
from tests.sweep.sites import LIMITS

_PLAIN = ("name", "address", "https_port", "http_port")


@dataclass
class Visit:
    """A site of its own for one run."""

    lane: Lane
    printed: dict[str, Any]
    control: httpx.AsyncClient
    limit: float
    """Seconds after which a wait is over."""
    id: str = ""
    rotations: list[str] = field(default_factory=list)
    planned: dict[str, str] = field(default_factory=dict)
    """Which certificate each server shall present in the end."""
    put_off: int = 0
    """How often Temporal put an end of the history off, since a message had just come."""

    async def register(self, relax_floor: str) -> None:
        """Make the site known to the product. A8 takes `relax_floor` at least."""
        printed, rest = self.printed, self.printed["rest"]
        document = {
            "name": printed["site"],
            "rest_url": rest["url"],
            "username": rest["user"],
            "password": rest["password"],
            "domain": rest["domain"],
            "trust": {"fingerprint_sha256": rest["fingerprint_sha256"]},
            "servers": [{name: server[name] for name in _PLAIN} for server in printed["servers"]],
            "lists": printed["server_lists"],
            "limits": LIMITS | {"relax_floor": relax_floor},
        }
        self.id = (await self.lane.post("/v1/sites", document))["id"]

    async def plan(self) -> dict[str, str]:
        """Plan a rotation of every server; what approves the plan."""
        certificates = {
            server["name"]: (await self.lane.post("/v1/certificates/self-signed", {"names": ["127.0.0.1"]}))[
                "certificate"
            ]["id"]
            for server in self.printed["servers"]
        }
        order = {"site_id": self.id, "certificates": certificates, "unproven_failover": "approve"}
        order |= {"trusted_networks": ["10.0.0.0/16", "10.114.0.0/16"]}  # of both locations
        plan = await self.lane.post("/v1/plans", order)
        while "certificates" not in plan:  # the survey goes on: SEPM was killed within it
            await asyncio.sleep(1)
            plan = await self.lane.post("/v1/plans", order | {"survey_max_age": "PT10M"})
        self.planned = {each["server"]: each["fingerprint"] for each in plan["certificates"]}
        return {"plan_id": plan["id"], "plan_hash": plan["hash"], "why": "the old one expires"}

    async def start(self, approval: dict[str, str]) -> str:
        """Start a rotation."""
        key = {"Idempotency-Key": uuid4().hex}
        started = await self.lane.post("/v1/rotations", approval, **key)
        self.rotations.append(started["id"])
        return str(started["id"])

    async def shown_when(self, rotation: str, holds: Callable[[dict[str, Any]], Any]) -> dict[str, Any]:
        """The rotation as the API shows it, as soon as a condition holds."""
        shown: dict[str, Any] = {}
        try:
            async with asyncio.timeout(self.limit):
                while not holds(shown := await self.lane.get(f"/v1/rotations/{rotation}")):  # noqa: ASYNC110 - it lies in the workflow
                    await asyncio.sleep(0.3)
        except TimeoutError:
            where = {name: shown.get(name) for name in ("status", "step_id", "step_title", "attention", "updated_at")}
            raise AssertionError(f"it does not go on; last seen: {where}") from None
        return shown

    async def ended(self, rotation: str) -> dict[str, Any]:
        """The rotation when it has ended."""
        return await self.shown_when(rotation, lambda shown: shown["status"] != "running")

    async def in_gate(self, rotation: str) -> None:
        """Everything is relaxed, and waits."""

        def within(shown: dict[str, Any]) -> bool:
            return shown["step_number"] == "A8" and "canaries" not in shown["step_title"]

        await self.shown_when(rotation, within)

    async def behind_swap(self, rotation: str) -> None:
        """The new certificate was seen, and everything is relaxed still."""
        await self.shown_when(rotation, lambda shown: shown["step_number"] == "A10b")

    async def workflow(self) -> WorkflowHandle[Any, Any]:
        """As Temporal has it."""
        return (await lazy_client(self.lane.processes.temporal)).get_workflow_handle(rotation_workflow(SiteId(self.id)))

    async def truth(self, path: str) -> Any:
        """The emulator's own state: `pairs`, `lists`, `effects`, `verdict`, `servers`."""
        return (await self.control.get(f"/{path}")).raise_for_status().json()
