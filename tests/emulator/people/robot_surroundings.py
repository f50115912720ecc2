"""What the robot meets: a console on paper, and the task routes of the product."""

import base64
from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import FastAPI, Query, Request
from fastapi.responses import JSONResponse

from emulator.errors import EmulatorError
from emulator.people.operations import Outcome

OLD, NEW = "aa" * 32, "bb" * 32


class PaperDesk:
    """A console on paper: what was done there, in order."""

    def __init__(self) -> None:
        self.deeds: list[str] = []
        self.names = ["Default Management Server List"]
        self.assigned = {("G1", "L1"): "Default Management Server List"}
        self.secure = {("G1", "L1"): True}
        self.fingerprints = {"sepm-1": OLD, "sepm-2": OLD}
        self.orders: dict[str, tuple[tuple[str, ...], ...]] = {}
        self.paused = False
        self.refuse: str | None = None
        self.looks_until_up = 0

    async def operate(self, operation: Any) -> Outcome:
        """Do it, or refuse it as `refuse` says."""
        if operation.operation == self.refuse:
            raise EmulatorError("not now")
        self.deeds.append(operation.operation)
        match operation.operation:
            case "copy_list":
                self.names.append(operation.name)
            case "edit_list":
                self.orders[operation.name] = operation.order
            case "delete_list":
                self.names.remove(operation.name)
            case "assign_list":
                self.assigned[operation.group, operation.location] = operation.name
            case "set_secure_communications":
                self.secure[operation.group, operation.location] = operation.enabled
            case "replace_certificate" | "generate_certificate":
                self.fingerprints[operation.server] = NEW
            case "pause_replication" | "resume_replication":
                self.paused = operation.operation == "pause_replication"
            case "save_recovery_file":
                return Outcome(filename="recovery_1.zip", content=b"keys")
        return Outcome()

    def servers(self) -> tuple[str, ...]:
        """Their names."""
        return tuple(self.fingerprints)

    def lists(self) -> tuple[str, ...]:
        """Their names."""
        return tuple(self.names)

    def order(self, name: str) -> tuple[tuple[str, ...], ...]:
        """The priorities of a list."""
        return self.orders.get(name, (tuple(self.fingerprints),))

    def assigned_list(self, group: str, location: str) -> str:
        """Which list a pair has."""
        return self.assigned[group, location]

    def secure_communications(self, group: str, location: str) -> bool:
        """Whether the pair verifies."""
        return self.secure[group, location]

    def fingerprint(self, server: str) -> str:
        """What a server presents."""
        return self.fingerprints[server]

    def when_it_runs(self, server: str) -> None:
        """Note that it was looked at."""
        self.deeds.append(f"look at the signatures of {server}")

    def is_up(self, server: str) -> bool:
        """Whether it answers: after so many looks."""
        assert server in self.fingerprints
        self.looks_until_up -= 1
        return self.looks_until_up < 0

    def replication_paused(self) -> bool:
        """Whether it is paused."""
        return self.paused


class TaskRoutes:
    """The task routes of the product, as the robot meets them."""

    def __init__(self) -> None:
        self.tasks: dict[str, dict[str, Any]] = {}
        self.done: dict[str, dict[str, Any]] = {}
        self.claims = 0
        self.not_now: set[str] = set()
        self.not_seen: set[str] = set()
        self.taken: set[str] = set()
        """Tasks whose file was given since they were claimed."""
        self.outages: list[tuple[str, bool]] = []
        """Paths that answer 503 once; True when the call has its effect all the same."""
        self.app = FastAPI()
        self.app.get("/v1/tasks")(self.list)
        self.app.get("/v1/whoami")(lambda: {"name": "console robot"})
        self.app.post("/v1/tasks/{task}/claim")(self.claim)
        self.app.post("/v1/tasks/{task}/file")(self.file)
        self.app.post("/v1/tasks/{task}/done")(self.finish)
        self.app.middleware("http")(self.door)

    def ask(self, kind: str, subject: dict[str, Any], site: str = "site-1") -> str:
        """Open a task; its id."""
        name = f"t{len(self.tasks) + 1}"
        self.tasks[name] = {
            "id": name,
            "rotation_id": "r1",
            "site_id": "s1",
            "site_name": site,
            "step": "A1",
            "kind": kind,
            "evidence": "observed",
            "state": "open",
            "title": kind,
            "instructions": [],
            "subject": subject,
        }
        return name

    async def door(self, request: Request, call_next: Any) -> Any:
        """Let in who has the key, unless an outage is due."""
        if request.headers.get("Authorization") != "Bearer key":
            return JSONResponse({}, status_code=401)
        for outage in self.outages:
            path, has_effect = outage
            if request.url.path.endswith(path):
                self.outages.remove(outage)
                if has_effect:
                    await call_next(request)
                return JSONResponse({}, status_code=503)
        return await call_next(request)

    async def list(self, state: Annotated[Sequence[str], Query()]) -> dict[str, Any]:
        """The tasks in these states."""
        return {"items": [task for task in self.tasks.values() if task["state"] in state], "next": None}

    async def claim(self, task: str) -> Any:
        """Give the task to the robot."""
        if task in self.not_now or self.tasks[task]["state"] == "done":
            return JSONResponse({}, status_code=409)
        self.claims += 1
        self.taken.discard(task)
        self.tasks[task]["state"] = "claimed"
        return self.tasks[task]

    async def file(self, task: str) -> Any:
        """The file of a claim, once."""
        assert self.tasks[task]["state"] == "claimed"
        if task in self.taken:
            return JSONResponse({}, status_code=409)
        self.taken.add(task)
        content = base64.b64encode(b"store").decode()
        return {"filename": "new.p12", "format": "pkcs12", "content_base64": content, "password": "p"}

    async def finish(self, task: str, body: dict[str, Any]) -> Any:
        """Take the report."""
        if task in self.not_seen or self.tasks[task]["state"] != "claimed":
            return JSONResponse({}, status_code=409)
        self.tasks[task]["state"] = "done"
        self.done[task] = body
        return self.tasks[task]
