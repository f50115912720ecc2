"""An emulated site as a process, registered with a house; and the person at its console."""

import asyncio
import base64
import contextlib
import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from http import HTTPStatus
from typing import Any

import httpx
from temporalio.service import RPCError

from emulator.scenarios import one_server
from emulator.spec import RobotSpec, SiteSpec
from tests.e2e.caller import TIMEOUT, Caller
from tests.e2e.house import Program, look_until

LONG_TIMEOUT = 300
"""For a whole rotation, which takes a minute or more on the wall clock."""
HEARTBEAT = timedelta(seconds=1)
LIMITS = {"relax_floor": "PT5S", "publish_delay": "PT1S", "gate_patience": "PT5M", "purge_after": None}
PLAIN = ("name", "address", "https_port", "http_port")


@dataclass
class Site:
    """An emulated site, registered with a service; and the person at its console."""

    house: Caller
    program: Program
    id: str = ""
    robot_key: str = ""
    """The key of the robot at its console, where there is one."""
    control: httpx.AsyncClient = field(init=False)

    def __post_init__(self) -> None:
        given = self.program.printed["control"]
        headers = {"Authorization": f"Bearer {given['token']}"}
        self.control = httpx.AsyncClient(base_url=given["url"], headers=headers, timeout=30, trust_env=False)

    # -- the product's side -----------------------------------------------------------------------

    async def register(self, **changed: Any) -> None:
        """Make the site known to the product."""
        printed = self.program.printed
        document = {
            "name": printed["site"],
            "rest_url": printed["rest"]["url"],
            "username": printed["rest"]["user"],
            "password": printed["rest"]["password"],
            "domain": printed["rest"]["domain"],
            "trust": {"fingerprint_sha256": printed["rest"]["fingerprint_sha256"]},
            "servers": [{name: server[name] for name in PLAIN} for server in printed["servers"]],
            "lists": printed["server_lists"],
            "limits": LIMITS,
        }
        self.id = (await self.house.post("/v1/sites", document | changed, 201))["id"]

    async def plan(self) -> dict[str, Any]:
        """A plan that gives the server a new certificate."""
        made = await self.house.post("/v1/certificates/self-signed", {"names": ["127.0.0.1"]}, 201)
        certificates = {"*": made["certificate"]["id"]}
        order = {"site_id": self.id, "certificates": certificates, "trusted_networks": ["10.0.0.0/16"]}
        plan: dict[str, Any] = await self.house.post("/v1/plans", order, 201)
        return plan

    @staticmethod
    def order(plan: dict[str, Any], why: str = "the old certificate expires") -> dict[str, Any]:
        """The approval of a plan."""
        return {"plan_id": plan["id"], "plan_hash": plan["hash"], "why": why}

    async def start(self, relax_floor: str = "PT5S") -> str:
        """Plan and start a rotation; its id. A test that acts within A8 gives a floor that outlasts what it does."""
        limits = LIMITS | {"relax_floor": relax_floor, "why": "no client is asleep here"}
        assert (await self.house.ask("PUT", f"/v1/sites/{self.id}/limits", json=limits)).status_code == 200
        started = await self.house.post("/v1/rotations", self.order(await self.plan()), 202)
        return str(started["id"])

    async def shown_when(
        self, rotation: str, holds: Callable[[dict[str, Any]], Any], what: str, longest: float = TIMEOUT
    ) -> dict[str, Any]:
        """The rotation as the API shows it, as soon as a condition holds."""
        path = f"/v1/rotations/{rotation}?live=true"
        found: dict[str, Any] = await look_until(lambda: self.house.get(path), holds, what, longest)
        return found

    async def ended(self, rotation: str) -> dict[str, Any]:
        """The rotation when it has ended."""
        return await self.shown_when(rotation, lambda shown: shown["status"] != "running", "it has ended", LONG_TIMEOUT)

    async def in_gate(self, rotation: str, number: str = "A8") -> dict[str, Any]:
        """The rotation in the middle of the gate for all of that number: it has been read, and is not over."""

        def within(shown: dict[str, Any]) -> bool:
            live = shown["live"]
            here = shown["step_number"] == number and "canaries" not in shown["step_title"]
            return bool(live and here and live["wait"] and live["wait"]["readings"])

        return await self.shown_when(rotation, within, f"in gate {number}")

    async def between_activities(self) -> None:
        """Wait until nothing is being done for the site."""
        handle = await self.house.rotation(self.id)
        async with asyncio.timeout(60):
            while (await handle.describe()).raw_description.pending_activities:  # noqa: ASYNC110 - it lies in Temporal
                await asyncio.sleep(0.01)

    # -- the site's side --------------------------------------------------------------------------

    async def truth(self, path: str) -> Any:
        """The emulator's own state: `pairs`, `lists`, `effects`, `verdict`, `servers`."""
        return (await self.control.get(f"/{path}")).raise_for_status().json()

    async def sylink_of(self, client: str) -> str:
        """The Sylink.xml that lies on a client; empty where it is off."""
        answer = await self.control.get(f"/clients/{client}/sylink")
        return answer.text if answer.status_code == HTTPStatus.OK else ""

    async def settings(self) -> tuple[Any, Any]:
        """Everything that a rotation that turned back must leave as it was."""
        return await self.truth("pairs"), await self.truth("lists")

    async def lost_ever(self) -> list[Any]:
        """The clients that ever lost the site, by the emulator's own verdict."""
        return list((await self.truth("verdict"))["lost_ever"])

    async def effects(self) -> dict[tuple[str, ...], int]:
        """How often each effect happened."""
        return {(each["kind"], *each["subject"]): each["count"] for each in await self.truth("effects")}

    # -- the person -------------------------------------------------------------------------------

    async def task(self, rotation: str, kind: str, state: str = "open") -> dict[str, Any]:
        """The console task of that kind, as soon as it is there."""

        async def matching() -> list[dict[str, Any]]:
            listed = await self.house.get(f"/v1/tasks?state={state}&rotation_id={rotation}")
            return [task for task in listed["items"] if task["kind"] == kind]

        return dict((await look_until(matching, bool, f"a task {kind}, {state}"))[0])

    async def claim(self, task: dict[str, Any]) -> None:
        """Take a task; one that cannot be had yet is asked for again."""

        async def claimed() -> int:
            return (await self.house.ask("POST", f"/v1/tasks/{task['id']}/claim", json={})).status_code

        await look_until(claimed, lambda status: status == 200, f"{task['title']} is claimed")

    async def act(self, task: dict[str, Any]) -> dict[str, Any]:
        """Do the work of a task at the console; the evidence for it."""
        work, kind = task["subject"], task["kind"]
        match kind:
            case "save_recovery_file":
                saved = await self.console(kind, server=work["server"])
                content = base64.b64decode(saved["content_base64"])
                return {"filename": saved["filename"], "sha256": hashlib.sha256(content).hexdigest()}
            case "copy_list":
                name, servers = work["copy_list"], work["servers"]
                await self.console(kind, source=work["source_list"], name=name)
                ports = {server["server"]: server["http_port"] for server in servers}
                await self.console("edit_list", name=name, protocol="HTTP", http_ports=ports)
                shown = ", ".join(f"{server}={port}" for server, port in ports.items())
                return {"list_name": name, "protocol": "HTTP", "ports": shown}
            case "replace_certificate":
                file = await self.house.post(f"/v1/tasks/{task['id']}/file", {}, 200)
                kept = {name: file[name] for name in ("content_base64", "format", "password")}
                await self.console(kind, server=work["server"], **kept)
            case "compare_signed_files":
                asked = [*work["others"], work["server"]]
                found = [each for each in await self.truth("servers") if each["name"] in asked]
                return {
                    name if len(found) == 1 else f"{name}.{each['name']}": each[of]
                    for each in found
                    for name, of in (("certificate", "certificate_changed"), ("oldest_sig", "oldest_signature"))
                }
            case "stop_hand_outs":
                return {"stopped": "none"}
            case "start_hand_outs":
                return {"started": "; ".join(each["name"] for each in work["stopped"]) or "nothing was stopped"}
            case "delete_list":
                await self.console(kind, name=work["list"])
        return {}

    async def done(self, task: dict[str, Any], evidence: dict[str, Any]) -> None:
        """Report a task as done until it is closed; a task whose work is observed may close by itself."""

        async def closed() -> str:
            await self.house.ask("POST", f"/v1/tasks/{task['id']}/done", json={"evidence": evidence})
            return str((await self.house.get(f"/v1/tasks/{task['id']}"))["state"])

        await look_until(closed, lambda state: state == "done", f"{task['title']} is done")

    async def work(self, rotation: str, kind: str) -> None:
        """Do the console task of that kind from its opening to its end."""
        task = await self.task(rotation, kind)
        await self.claim(task)
        await self.done(task, await self.act(task))

    async def console(self, operation: str, **arguments: Any) -> dict[str, Any]:
        """Do something at the console."""
        answer = await self.control.post(f"/console/{operation}", json=arguments)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def close(self) -> None:
        """Stop the site, and terminate its rotation, which would look for the site for ever."""
        with contextlib.suppress(RPCError):
            await (await self.house.rotation(self.id)).terminate("the test is over")
        await self.control.aclose()
        await self.program.stop()


def specification(name: str, **fields: Any) -> SiteSpec:
    """One server, three groups of which one inherits, two clients that come back; quick, and with its own password."""
    spec = one_server(clients=12, heartbeat=HEARTBEAT)
    servers = tuple(server.model_copy(update={"restart_time": timedelta(seconds=1)}) for server in spec.servers)
    pace = RobotSpec(shortest_delay=timedelta(seconds=0.2), longest_delay=timedelta(seconds=0.4))
    changed = {"name": name, "servers": servers, "robot": pace, "password": f"sepm {secrets.token_hex(8)}", **fields}
    return spec.model_copy(update=changed)
