"""The mistakes of the person at the console, as values: they travel with the site's specification."""

from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field


class Mistake(StrEnum):
    """What the person does wrong."""

    WRONG_SERVER = "wrong_server"
    """Puts the certificate into another server than the task names."""
    WRONG_FILE = "wrong_file"
    """Puts another certificate into the server than the task's file holds."""
    FORGETS_PORT = "forgets_port"
    """Ticks HTTP in the copy of a list, and leaves the port of HTTPS."""
    AWAY = "away"
    """Takes a task, and is away for three days before beginning."""
    UNDOES_AT_NIGHT = "undoes_at_night"
    """Sets what the task asks for, and in the night puts one setting back."""
    ONLY_SAYS = "only_says"
    """Says that it is done, and has not begun."""
    LEAVES_RUNNING = "leaves_running"
    """Says that everything is stopped that hands out Sylink.xml, and has stopped nothing."""


class Slip(BaseModel):
    """One mistake, made once: at the first task that allows for it, after some that go well."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    mistake: Mistake
    after: int = Field(default=0, ge=0)
    """How many tasks that allow for it are done as they should be before."""


class MadeSlip(BaseModel):
    """A mistake that was made, and at which task."""

    model_config = ConfigDict(frozen=True)

    mistake: Mistake
    task: str
    kind: str
    """Of the task."""
