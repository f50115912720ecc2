"""Console tasks as they are shown, and what operators report about them."""

import json
from datetime import datetime
from typing import Annotated

from pydantic import Field, JsonValue

from api.http.authors import Why
from api.manners.paging import PageShown
from rotation.bounds import Text
from rotation.plan.work.task import ConsoleTask, Evidence, TaskState, Work
from rotation.running.message import Move
from rotation.values import RotationId, SiteId, TaskId, Value


class TaskShown(Value):
    """A console task."""

    id: TaskId
    rotation_id: RotationId
    site_id: SiteId
    site_name: str
    step: str
    number: str
    kind: str
    evidence: Evidence
    state: TaskState
    title: str
    instructions: tuple[str, ...]
    subject: Work = Field(description="What the work is about; its fields follow from `kind`")
    opened_at: datetime
    claimed_by: str | None
    proof_until: datetime | None = Field(
        description="Of a claimed replacement: until when its proof counts; null when it has lapsed: then begin nothing"
    )
    begin_until: datetime | None = Field(
        description="Until when its holder may begin; behind that, POST .../begin has the site looked at once more"
    )
    closed_at: datetime | None
    closed_by: str | None
    note: str
    attestation: dict[str, str]
    pending: Move | None = Field(
        default=None,
        description="What was just said of it, when the rotation is still at work on that (202): the very same request "
        "with the same `Idempotency-Key` waits on, and brings the answer",
    )

    @classmethod
    def of(cls, task: ConsoleTask, pending: Move | None = None) -> "TaskShown":
        """The document of a stored task."""
        return cls(
            id=task.id,
            rotation_id=task.rotation_id,
            site_id=task.site_id,
            site_name=task.site_name,
            step=task.step,
            number=task.number,
            kind=task.work.kind,
            evidence=task.evidence,
            state=task.state,
            title=task.title,
            instructions=task.instructions,
            subject=task.work,
            opened_at=task.opened_at,
            claimed_by=task.claimed_by or None,
            proof_until=task.proof_until,
            begin_until=task.begin_until,
            closed_at=task.closed_at,
            closed_by=task.closed_by or None,
            note=task.note,
            attestation=task.attestation,
            pending=pending,
        )


class TaskList(PageShown[TaskShown]):
    """A page of console tasks, the oldest first."""


class ClaimRequest(Value):
    """A claim of the task."""


class DoneRequest(ClaimRequest):
    """The work is done, and what shows it."""

    note: str = Field(default="", max_length=2000)
    evidence: dict[Annotated[str, Text], JsonValue] = Field(
        default_factory=dict, max_length=100, description="E.g. filename and sha256 of a file"
    )

    def attestation(self) -> dict[str, str]:
        """The evidence as it is kept: texts, and JSON of what is none."""
        return {name: value if isinstance(value, str) else json.dumps(value) for name, value in self.evidence.items()}


class RefusedRequest(ClaimRequest):
    """The task is given back, and why."""

    why: Why
    holder: Annotated[str, Text] | None = Field(
        default=None,
        description="Who holds the task, where another person gives it back since the holder cannot be asked. Look at "
        "the console first: nothing of the task may be under way. A replacement only its holder gives back",
    )


class TaskFile(Value):
    """A certificate with its key for the console. Shown once."""

    filename: str
    format: str = "pkcs12"
    content_base64: str
    password: str
