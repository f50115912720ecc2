"""What a running rotation waits for: a gate with its newest reading, in numbers."""

from datetime import datetime

from pydantic import Field

from rotation.console.statement import WantedProof as Wanted
from rotation.proof.moved_policy import ClientBeforeMove
from rotation.proof.outage import OutageSeen
from rotation.proof.verdict import Reason
from rotation.running.attention import digest
from rotation.span import Length
from rotation.text.some_names import some_of
from rotation.values import ServerName, Value


class GateReading(Value):
    """One full reading of a gate, in numbers."""

    taken_at: datetime
    total: int
    covered: int
    safe: int
    waiting: int
    left_out: int
    by_reason: dict[Reason, int]
    waiting_names: tuple[str, ...] = ()
    """Some of those waited for; all of them are in the store."""
    waiting_key: str = ""
    """What tells those waited for from others."""
    waiting_groups: tuple[str, ...] = ()
    """Some of the groups whose settings they have."""
    reached: bool
    shown: tuple[ServerName, ...] = ()
    """Servers that canaries have shown, in this gate so far, to sign with the key that they should."""
    signing: dict[ServerName, datetime] = Field(default_factory=dict)
    """Servers that clients have shown so, with when, on SEPM's clock (rule 24b)."""
    unshown: tuple[ServerName, ...] = ()
    """Servers of which none has shown that: they hold the gates of rules 13 and 24b."""
    asked: tuple[ClientBeforeMove, ...] = ()
    """Clients at such servers whose policy was moved to have them show that, and that have not yet (rule 24b)."""
    there: tuple[ServerName, ...] = ()
    """Such servers at which clients are that were not asked yet."""
    refused_at: tuple[ServerName, ...] = ()
    """Servers at which clients were asked, and did not take the policy."""
    outage: OutageSeen = OutageSeen()
    """What a drill has away, and who has not come since (rule 18)."""
    reached_none: bool = False
    """Whether no client has reported since the certificate went in that was taken out again (rule 15)."""
    asks: Wanted | None = None
    """What people of a site without REST are asked for; None: nothing."""
    silent_after_swap: int = 0
    """Clients of the swapped server that did not reappear within three heartbeats, and call a person (rules 8, 22)."""
    silent_after_write: int = 0
    """Clients that were there until settings were written, did not reappear, and call a person (rules 10, 22)."""
    silent_names: tuple[str, ...] = ()
    """Some of either."""
    switched_off: tuple[str, ...] = ()
    """Some of those who fell silent at a write or a replacement, too few to call a person (rule 22)."""
    silent_canaries: tuple[str, ...] = ()
    """Canaries that are waited for since they were relaxed, and were not heard for three heartbeats."""
    absent_builds: tuple[str, ...] = ()
    """Builds of which the closing check has heard no client since the last replacement."""
    quiet: int = 0
    """Clients that are covered, and were not heard for three heartbeats."""
    quiet_names: tuple[str, ...] = ()
    """Some of them."""
    all_silent: int = 0
    """Clients that are on at all times, where a claim has found that no client of the site reports (rule 19)."""
    upgrading: int = 0
    """Clients of the plan's groups on which SEPM is about to install a later version (rule 26)."""
    upgrading_names: tuple[str, ...] = ()
    """Some of them."""
    gone_back: tuple[str, ...] = ()
    """Some of the groups whose policy date is older than what the gate waits for: SEPM's database was put back."""
    refusing_names: tuple[str, ...] = ()
    """Some of those who check in and keep an older policy (rule 11); `by_reason` has their number."""

    @property
    def waiting_shown(self) -> str:
        """Some of those waited for, and how many more there are."""
        return some_of(self.waiting_names, len(self.waiting_names), count=self.waiting)

    @property
    def quiet_shown(self) -> str:
        """Some of the covered ones that were not heard, and how many more there are."""
        return some_of(self.quiet_names, len(self.quiet_names), count=self.quiet)


class Wait(Value):
    """A gate, holdout or closing check that is going on."""

    step: str
    opened_at: datetime
    due: datetime
    limit: datetime
    heartbeat: Length
    asked: tuple[ClientBeforeMove, ...] = ()
    """The clients whose policy was moved to have them show what servers sign (rule 24b)."""
    held: tuple[str, ...] = ()
    """Canaries that were named since they did not get through: what brings them back need not be the opened port."""
    listed: tuple[str, ...] = ()
    """Clients that the trail has named since they fell silent, though no person was called."""
    fixed: bool = False
    """Whether what policy serials must reach was fixed: later changes are drift, and have it fixed again."""
    readings: int = 0
    next_at: datetime | None = None
    reading: GateReading | None = None
    read_while_held: bool = False
    """Whether the newest reading was taken while a person held the rotation: nothing has followed from it yet."""

    def content(self, reading: GateReading) -> str:
        """What going on without proof decides on: this opening of the gate, and all that holds it, named or not."""
        return digest(self.step, self.opened_at.isoformat(), reading.waiting_key, sorted(reading.unshown))

    @property
    def statement(self) -> str:
        """What a statement is about: this opening of the gate. The numbers and names are the statement's own."""
        return digest(self.step, self.opened_at.isoformat())
