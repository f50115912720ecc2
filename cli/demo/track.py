"""One rotation as a demo follows it: its events, the steps they make, and where it stands."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from pydantic import TypeAdapter

from cli.demo.site import DemoSite, Floor
from cli.terminal.client import Api, ApiRefusedError
from cli.terminal.fault import UnreadableError

_INSTANT = TypeAdapter(datetime)
_RUNNING = "running"
_SERVER_FAULT = 500
_SELDOM = 10
"""Without a terminal events show how it stands, but not that a workflow was ended from outside."""


@dataclass(frozen=True)
class StepTaken:
    """A step, and when it was taken."""

    number: str
    title: str
    began: datetime
    ended: datetime | None

    @property
    def took(self) -> timedelta:
        """How long; nothing while it goes on."""
        return self.ended - self.began if self.ended else timedelta()


class Track:
    """A started rotation of a site."""

    def __init__(self, site: DemoSite, floor: Floor, rotation: dict[str, Any], rotator: Api) -> None:
        self.site = site
        self.floor = floor
        self.shown = rotation
        self.steps: dict[str, StepTaken] = {}
        self.verdict: dict[str, Any] | None = None
        self._rotator = rotator
        self._last_event = 0
        self._looks = 0
        self._ended = False

    @property
    def running(self) -> bool:
        """Whether it goes on."""
        return bool(self.shown["status"] == _RUNNING)

    @property
    def began(self) -> datetime:
        """When it was started."""
        return _INSTANT.validate_python(self.shown["created_at"])

    def elapsed(self, now: datetime) -> timedelta:
        """How long it has run, or ran."""
        finished = self.shown["finished_at"]
        return (_INSTANT.validate_python(finished) if finished else now) - self.began

    def look(self, *, closely: bool) -> list[dict[str, Any]]:
        """Ask for the new events, and how it stands: closely at each look. Without an answer nothing is new.

        Raises:
            ApiRefusedError: when the API says that the question is wrong.
        """
        path = f"/v1/rotations/{self.shown['id']}"
        self._looks += 1
        try:
            page = self._rotator.list(f"{path}/events", number_after=self._last_event)
            # the event may be there a moment before the end is shown
            self._ended = self._ended or any(event["kind"] == "ended" for event in page["items"])
            # asking how it stands costs the workflow a query
            asks = closely or self._ended or self._looks % _SELDOM == 0
            shown = self._rotator.get(path, live=True) if asks else self.shown
        except UnreadableError:
            return []
        except ApiRefusedError as refused:
            if refused.problem.get("status", _SERVER_FAULT) < _SERVER_FAULT:
                raise
            return []
        self.shown = shown
        for event in page["items"]:
            self._last_event = event["number"]
            self._note(event)
        return list(page["items"])

    def judge(self) -> None:
        """Ask the emulator for its verdict now."""
        self.verdict = self.site.verdict()

    def step_of(self, event: dict[str, Any]) -> StepTaken | None:
        """The step that an event is about."""
        return self.steps.get(event["data"]["step"])

    def _note(self, event: dict[str, Any]) -> None:
        at, key = _INSTANT.validate_python(event["at"]), event["data"]["step"]
        if event["kind"] == "step-began":
            self.steps[key] = StepTaken(event["data"]["number"], event["message"], at, None)
        elif event["kind"] == "step-ended" and key in self.steps:
            step = self.steps[key]
            self.steps[key] = StepTaken(step.number, step.title, step.began, at)
