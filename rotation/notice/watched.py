"""A site and its rotation as the rules of notices see them."""

from datetime import datetime

from rotation.finding import Finding
from rotation.identity.two_persons import Wish
from rotation.notice.deadlines import Deadlines
from rotation.notice.notice import Figures
from rotation.plan.start_by import LatestStart
from rotation.plan.work.task import ConsoleTask
from rotation.running.state import Outcome, Phase
from rotation.site import Limits, Site
from rotation.text.sentence import Sentence
from rotation.values import RotationId, Value
from rotation.watch.inventory import WatchedPort


class WatchedRotation(Value):
    """A rotation that runs."""

    id: RotationId
    site: Site
    phase: str = ""
    step: str = ""
    """The title of its step."""
    step_id: str = ""
    attention: tuple[Finding, ...] = ()
    is_certain: bool = True
    """Whether that is all of its attention now, and not what it had when it last reported."""
    waits: Sentence | None = None
    """Why it waits; None where its workflow does not answer."""
    deadlines: Deadlines = Deadlines()
    figures: Figures | None = None
    next_action_at: datetime | None = None
    tasks: tuple[ConsoleTask, ...] = ()
    """Those that are open or claimed."""

    @property
    def holds_out(self) -> bool:
        """Whether it waits in the holdout."""
        return self.phase == Phase.HOLDOUT


class ReportedEvent(Value):
    """An event of a rotation's trail."""

    number: int
    at: datetime
    kind: str
    message: str


class EndedRotation(Value):
    """A rotation that has ended since it was last looked at."""

    id: RotationId
    site: Site
    at: datetime
    purpose: str = "rotate"
    outcome: Outcome | None = None
    """None where it ended from outside."""
    figures: Figures | None = None


class WatchedWish(Value):
    """A wish of one person to lower limits of a site, which waits for a second one."""

    site: Site
    name: str
    """What names the wish."""
    wish: Wish
    limits: Limits
    """All limits, as they are wished."""


class WatchedSite(Value):
    """A site in use, between rotations or in one."""

    site: Site
    runs: bool
    """Whether a rotation runs there."""
    latest_start: LatestStart | None = None
    """That of its newest plan."""
    ports: tuple[WatchedPort, ...] = ()
