"""One emulated site of a demo: registered, planned and rotated over REST, and judged by the emulator itself."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx
from pydantic import TypeAdapter

from cli.terminal.client import Api
from cli.terminal.retrying import post_patiently
from emulator.spec import SiteSpec

_SPAN = TypeAdapter(timedelta)


@dataclass(frozen=True)
class Scene:
    """A site to emulate, what it shows, and its owner's limits: seconds in place of days."""

    name: str
    shows: str
    build: Callable[[int], SiteSpec]
    """The site by its seed."""
    limits: dict[str, str | None]


@dataclass(frozen=True)
class Floor:
    """The theoretical floor of a rotation: what no product could be faster than under the same plan."""

    plan: timedelta
    """Gates' minima, holdout, closing check."""
    people: timedelta
    """The delays of the administrator at the console, drawn from the seed."""
    restarts: timedelta
    """The servers, each after its new certificate."""

    @property
    def total(self) -> timedelta:
        """All of it."""
        return self.plan + self.people + self.restarts


class DemoSite:
    """A site that an emulator serves, as the product sees it and as it really is."""

    def __init__(self, scene: Scene, spec: SiteSpec, described: dict[str, Any], rotator: Api) -> None:
        self.scene = scene
        self.spec = spec
        self.described = described
        self.id = ""
        self._rotator = rotator
        control = described["control"]
        self._control = httpx.Client(
            base_url=control["url"],
            headers={"Authorization": f"Bearer {control['token']}"},
            timeout=30,
            trust_env=False,
        )

    @property
    def name(self) -> str:
        """The site's name."""
        return str(self.described["site"])

    def register(self) -> None:
        """Register the site: address and account, what is in its lists, and its owner's limits."""
        rest, document = self.described["rest"], self.described
        registered = self._rotator.post(
            "/v1/sites",
            {
                "name": self.name,
                "rest_url": rest["url"],
                "username": rest["user"],
                "password": rest["password"],
                "domain": rest["domain"],
                "trust": {"fingerprint_sha256": rest["fingerprint_sha256"]},
                "servers": [
                    {key: server[key] for key in ("name", "address", "https_port", "http_port")}
                    for server in document["servers"]
                ],
                "lists": document["server_lists"],
                "limits": self.scene.limits,
            },
        )
        self.id = registered["id"]

    def plan(self) -> dict[str, Any]:
        """A certificate for every server, then a survey and a plan."""
        certificates = {
            server["name"]: self._rotator.post(
                "/v1/certificates/self-signed",
                {"names": [server["name"], server["address"]], "site": self.id},
            )["certificate"]["id"]
            for server in self.described["servers"]
        }
        self._rotator.upload(
            f"/v1/sites/{self.id}/http-reach", self._control.get("/network-answers").content, "text/csv"
        )
        # no client of a fresh site was ever seen at a second server; the demo's approver vouches for failover
        order = {"site_id": self.id, "certificates": certificates, "unproven_failover": "approve"}
        return post_patiently(self._rotator, "/v1/plans", order)

    def floor(self, plan: dict[str, Any]) -> Floor:
        """What `plan` takes at least with this administrator and these servers."""
        counts = Counter(step["task"] for step in plan["steps"] if step["task"])
        # without any count the emulator would tell of a usual rotation
        drawn = self._asked("/robot/delays", dict(counts)) if counts else {"total": "PT0S"}
        restart = {server.name: server.restart_time for server in self.spec.servers}
        return Floor(
            plan=timedelta(seconds=plan["least_seconds"]),
            people=_SPAN.validate_python(drawn["total"]),
            restarts=sum((restart[chosen["server"]] for chosen in plan["certificates"]), timedelta()),
        )

    def start(self, plan: dict[str, Any]) -> dict[str, Any]:
        """Approve the plan by its hash: the rotation begins."""
        order = {"plan_id": plan["id"], "plan_hash": plan["hash"], "why": "to show how it goes"}
        return post_patiently(self._rotator, "/v1/rotations", order, uuid4().hex)

    def verdict(self) -> dict[str, Any]:
        """The emulator's own verdict on its clients. Nothing of it comes from the product."""
        return dict(self._asked("/verdict"))

    def away(self) -> int:
        """How many clients are switched off now."""
        return sum(not client["powered"] for client in self._asked("/clients"))

    def fingerprints(self) -> dict[str, str]:
        """Which certificate each server really has now."""
        return {server["name"]: server["fingerprint_sha256"] for server in self._asked("/servers")}

    def replace_now(self) -> None:
        """What the product exists to prevent: every certificate replaced at once, with no preparation."""
        self._control.post("/robot/replace_now").raise_for_status()

    def close(self) -> None:
        """Close the connections."""
        self._control.close()

    def _asked(self, path: str, params: dict[str, int] | None = None) -> Any:
        return self._control.get(path, params=params).raise_for_status().json()
