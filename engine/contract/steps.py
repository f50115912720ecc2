"""What a step of a plan asks of the site, and what comes back."""

from datetime import datetime

from pydantic import Field

from engine.contract.of_run import OfRun
from rotation.drift.drift import Drift
from rotation.drift.judged_drift import NamedDrift
from rotation.finding import Finding, Shown
from rotation.plan.step import SettingField
from rotation.proof.moved_policy import ClientBeforeMove
from rotation.running.wait import GateReading
from rotation.values import FoundId, ListName, PlanId, RotationId, ServerName, SiteId, Value


class StepRef(Value):
    """Which step of which rotation's plan."""

    rotation_id: RotationId
    site_id: SiteId
    plan_id: PlanId
    step: str
    """The step's id in the plan, without the prefix of a cancel."""


class StepRequest(OfRun):
    """An activity about one step of the approved plan, which it reads from the store."""

    ref: StepRef
    exported_from: datetime | None = None
    """In the closing check: from when on an export shows who is back, at a site without REST."""


class Counted(Value):
    """How many."""

    count: int


class WriteRequest(StepRequest):
    """Bring one setting of every relaxed pair to what the step wants."""

    field: SettingField
    restores: bool
    turning_back: bool = False
    """Whether a cancel or a restore writes: every write is preceded by a probe of certificates (rule 16)."""
    swapped: tuple[ServerName, ...] | None = None
    """Where given, the servers with their planned certificate: each minute of writing is preceded by a probe of all."""
    found: FoundId | None = None
    """Only what was found under that id, where some of what the step wrote before is written back."""
    round_number: int = 0
    """In which repairs are counted."""
    lists_shown: dict[ListName, datetime] = Field(default_factory=dict)
    """Until when a person has confirmed an edited server list as right, on SEPM's clock."""
    past_silent: tuple[ServerName, ...] | None = None
    """In a restore, the servers past whose silence two persons have lists assigned again."""


class WriteAnswer(Value):
    """What was written; pairs where REST changed nothing wait for a console task."""

    written: int
    already: int
    refused: int
    reason: str = ""
    missing: tuple[ListName, ...] = ()
    """Lists that REST did not assign, and that are not among those that SEPM shows."""
    unshown: tuple[ListName, ...] = ()
    """Lists that are not assigned, where nothing shows which lists there are."""
    over_rest: bool = True
    """Whether there is a REST API that has refused it."""
    gone: Shown = Shown()
    """Pairs to be put back that are not there any more, and that no person has accepted."""
    repaired: tuple[NamedDrift, ...] = ()
    """Some of what was put right of what was found."""
    by_hand: tuple[NamedDrift, ...] = ()
    """Some of what REST has left of it, as a person is asked for it."""
    new_certificate_at: ServerName | None = None
    """A server that presents another certificate than it must while settings are put back: the restore has stopped."""
    third: tuple[Finding, ...] = ()
    """The alarm, where that certificate is one that was not announced."""
    edited: tuple[Drift, ...] = ()
    """Some of the lists to be assigned again that were edited meanwhile: the write has stopped."""
    silent: tuple[ServerName, ...] = ()
    """Servers that a list to be assigned again names over HTTPS, and that are silent there: the write has stopped."""


class ReferenceAnswer(Value):
    """Whether every owner's policy moved after the last write; names of some that did not."""

    missing: tuple[str, ...] = ()
    older: tuple[str, ...] = ()
    """Of some, the policy is older than it was before the write: the site's database was put back."""


class LookRequest(StepRequest):
    """Hold the site against what the rotation left, and judge what differs."""

    swapped: tuple[ServerName, ...] = ()
    due: ServerName | None = None
    """The server whose certificate may be replaced now."""
    since: datetime
    """Clients that were moved since then are named."""
    lists_shown: dict[ListName, datetime] = Field(default_factory=dict)
    """Until when a person has confirmed an edited server list as right, on SEPM's clock."""
    versions_shown: tuple[str, ...] = ()
    """The versions of SEPM for which a person has confirmed ports and certificates as right."""
    in_full: bool = False
    """Whether settings are read of every group, whatever their policies."""
    round_number: int = 0
    """By which repairs are counted: they begin again with each step, and when a person has answered."""
    known: tuple[tuple[str, str], ...] = ()
    """The codes and subjects that were named by the look before, and are named still where they are there."""


class LookAnswer(Value):
    """What is not as the rotation left it, and what follows: some of each kind. All of it is kept under the id."""

    found: FoundId | None = None
    drifts: tuple[NamedDrift, ...] = ()
    born_key: str = ""
    """What tells from others what of it was born, and two persons may go on with; nothing where nothing was."""
    newest_policy: datetime | None = None
    """When the newest policy of the plan's groups was made, on SEPM's clock."""


class GateRequest(StepRequest):
    """One full reading of a gate."""

    swapped: tuple[ServerName, ...] = ()
    opened_at: datetime | None = None
    verified_by: str = ""
    """A survey that has just found the settings as the gate wants them: the gate is asked whether it still holds."""
    shown: tuple[ServerName, ...] = ()
    """What canaries have shown, by earlier readings of the gate, of the servers that sign for them."""
    signing: dict[ServerName, datetime] = Field(default_factory=dict)
    """What clients have shown of servers, with when, on SEPM's clock (rule 24b)."""
    asked: tuple[ClientBeforeMove, ...] = ()
    """The clients whose policy was moved to have them show that."""
    outage_since: datetime | None = None
    """Since when a drill has something away, on SEPM's clock (rule 18)."""
    look: LookRequest | None = None
    """Hold the site against what the rotation left, too, before it is read."""


class GateAnswer(Value):
    """A reading, and what a look before it has found."""

    reading: GateReading | None
    """None where something was found that is to be put right, or asked about, before clients can show anything."""
    look: LookAnswer | None = None

    @property
    def without_look(self) -> GateReading:
        """The reading, where no look was asked for."""
        if self.reading is None:
            raise AssertionError("only what a look finds comes before a reading")
        return self.reading


class MoveRequest(StepRequest):
    """Move a policy for each of these servers, at which clients are."""

    unshown: tuple[ServerName, ...]


class MoveAnswer(Value):
    """Who was asked by it, and whose policy was not moved."""

    by_hand: tuple[str, ...] = ()
    """The groups whose policy a person must edit at the console."""
    reason: str = ""
    asked: tuple[ClientBeforeMove, ...] = ()
    """Some clients of the groups whose policy was moved, as they were just before."""


class PutBackAnswer(Value):
    """What could not be put back."""

    findings: tuple[Finding, ...] = ()


class NewbornAnswer(Value):
    """What was born during the rotation."""

    born: Shown = Shown()
    """Pairs that the plan does not know and that it affects, and that no person has accepted."""
    users: tuple[str, ...] = ()
    """Some of the pairs that use the list which a step deletes."""
    others: tuple[str, ...] = ()
    """Some of those of them that no person has accepted."""


class SilentAnswer(Value):
    """Clients that fell silent behind a replacement while a person is waited for."""

    count: int = 0
    names: tuple[str, ...] = ()
    """Of some of them."""


class AcceptRequest(StepRequest):
    """Go on with all that was found under an id as it is."""

    found: FoundId
    by: str


class LeaveOutRequest(StepRequest):
    """Leave the clients that hold a gate, or all of some groups, out of the count, as two persons want."""

    found: FoundId | None = None
    """Who is in the groups that were born, as it was found: no gate counts them. With it, all of that is accepted."""
    builds: tuple[str, ...] = ()
    """Builds of which no client was shown to hold its list, where the step looks at clients."""
    asked_by: str
    approved_by: str
    why: str
    swapped: tuple[ServerName, ...] = ()


class LeftOutAnswer(Counted):
    """How many clients were left out, and some of what was accepted with them."""

    accepted: tuple[NamedDrift, ...] = ()


class StateCoverageRequest(StepRequest):
    """Take the clients that hold a gate for covered, by what two persons state of the console."""

    evidence: dict[str, str]
    stated_by: str
    approved_by: str
    why: str
    stated_at: datetime


class StatedAnswer(Value):
    """How many clients are covered by it; when nothing was taken, the names in it that fit no client."""

    count: int
    unknown: tuple[str, ...] = ()
    """Names of no client of the site."""
    repeated: tuple[str, ...] = ()
    """Names that it has more often than the site has clients of that name."""


class ServersRequest(Value):
    """Probe every server."""

    site_id: SiteId
    plan_id: PlanId
    write: StepRef | None = None
    """The write that comes next, where the lists that it assigns again are looked at, too."""
    lists_shown: dict[ListName, datetime] = Field(default_factory=dict)
    """Until when a person has confirmed an edited server list as right, on SEPM's clock."""


class ClosingAnswer(Value):
    """Whether the site is as it was, and who has not come back."""

    findings: tuple[Finding, ...] = ()
    """Some of each kind."""
    gone: Shown = Shown()
    """Pairs that are not there any more, and that no person has accepted."""
    born: Shown = Shown()
    """Pairs that the plan does not know and that it affects, and that no person has accepted."""
    adopted: tuple[str, ...] = ()
    """Some of those that people have accepted."""
    reading: GateReading
