"""Rotations as they are asked for and shown."""

import hashlib
import json
from datetime import datetime, timedelta
from typing import Annotated, Any

from pydantic import Field, StrictBool

from api.http.authors import Why
from api.manners.paging import PageShown
from api.plan.plan_document import StepShown
from api.service_checks import Known
from rotation.bounds import Text
from rotation.plan.step import Step
from rotation.running.attention import Attention
from rotation.running.open_task import OpenTask
from rotation.running.state import Proceed, RollingBack, RotationState
from rotation.running.trail_conflict import TRAIL_CONFLICT
from rotation.running.wait import Wait
from rotation.span import UpToAYear
from rotation.standing.trouble import Standing, Trouble
from rotation.values import PlanId, ServerName, Value
from store.progress import Projected, Rotation


class ReasonedRequest(Value):
    """Something that is wanted, and why."""

    why: Why
    survey_max_age: UpToAYear = Field(
        default=timedelta(0), description="A complete survey not older than this is used; PT0S: none"
    )


class RotationRequest(ReasonedRequest):
    """The approval of a plan: by its hash, with a reason."""

    plan_id: Annotated[PlanId, Text]
    plan_hash: Annotated[str, Text]
    accept_late_start: StrictBool = Field(
        default=False,
        description="Start it though its latest safe start has passed; else refused, with what can be shortened",
    )

    def fingerprint(self, who: str) -> str:
        """The same for the same request, whenever it is sent."""
        how = {"survey_max_age", "accept_late_start"}
        content = {"who": who, **self.model_dump(mode="json", exclude=how)}
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


class StepNow(StepShown):
    """A step of a running rotation, and where it stands."""

    state: str
    """`done`, `current` or `ahead`."""


class Live(Value):
    """The state of the running workflow, as it shows it."""

    phase: str
    steps: tuple[StepNow, ...]
    step_began_at: datetime | None
    wait: Wait | None
    task: OpenTask | None
    attention: tuple[Attention, ...]
    proceed: Proceed | None
    held_by: str
    hold_reason: str
    cancelling_by: str
    rolling_back: RollingBack | None = Field(description="A wish to put the old certificates back, not approved yet")
    purpose: str = Field(description="`roll-back` once the old certificates are being put back")
    swapped: tuple[ServerName, ...] = Field(description="Servers with the certificate that the running plan gives them")

    @classmethod
    def of(cls, state: RotationState, shown: dict[str, StepShown]) -> "Live":
        """The document of a workflow's state. `shown` holds the plan's steps with their forecast."""
        return cls(
            phase=state.phase.value,
            steps=tuple(
                StepNow(**dict(shown.get(step.id, StepShown.of(step, None))), state=_stands(place, state, step))
                for place, step in enumerate(state.steps)
            ),
            step_began_at=state.step_began_at,
            wait=state.wait,
            task=state.task,
            attention=state.attention,
            proceed=state.proceed,
            held_by=state.held_by,
            hold_reason=state.hold_reason,
            cancelling_by=state.cancelling.by if state.cancelling else "",
            rolling_back=state.rolling_back,
            purpose=state.outline.purpose,
            swapped=state.swapped,
        )

    def place(self) -> dict[str, Any]:
        """Where it stands, as fields of the rotation's document: empty once every step is done."""
        for index, step in enumerate(self.steps):
            if step.state == "current":
                at = {"step_id": step.id, "step_number": step.number, "step_title": step.title, "step_index": index}
                return at | {"phase": self.phase, "step_count": len(self.steps)}
        return {}


class RotationShown(Projected):
    """A rotation: as it last reported, and, where its workflow was asked, as it is now."""

    updated_at: datetime = Field(
        description="When what is shown here was stored. `live`, where it is asked for, is of the moment of the request"
    )
    standing: Standing | None = Field(
        default=None, description="Whether the store and Temporal agree, and a worker answers; null when it has ended"
    )
    trouble: Trouble | None = Field(default=None, description="What is wrong, and what helps; it is attention, too")
    trouble_since: datetime | None = None
    live: Live | None = Field(default=None, description="With `live=true`; null when it has ended or cannot be asked")
    waiting_for: str = Field(
        default="",
        description="Why it waits, in one sentence of 240 characters at most: a value against what is needed, who "
        "acts, until when it is normal. With `live=true` of what its workflow says now; else of what is stored",
    )

    @classmethod
    def of(cls, rotation: Rotation, known: Known, live: Live | None = None) -> "RotationShown":
        """The document of a stored rotation. What its workflow says of itself now is newer than what is stored."""
        found = known.found
        shown = rotation.model_dump(exclude={"last_event", "run_id", "attention"}) | (live.place() if live else {})
        attention = rotation.attention
        if live:  # the store alone knows of a conflict on the trail
            conflict = tuple(each for each in rotation.attention if each.code == TRAIL_CONFLICT)
            attention = (*(each.finding() for each in live.attention), *conflict)
        return cls(
            **shown,
            attention=((found.trouble.finding(),) if found else ()) + attention,
            standing=known.standing,
            trouble=found.trouble if found else None,
            trouble_since=found.since if found else None,
            live=live,
        )


class RotationList(PageShown[RotationShown]):
    """A page of rotations, the newest first."""


def _stands(place: int, state: RotationState, step: Step) -> str:
    if place < state.cursor:
        return "done"
    return "current" if state.step is not None and state.step.id == step.id else "ahead"
