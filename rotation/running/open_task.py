"""The task that a running rotation waits for: who holds it, its proof, and what was asked about it."""

from datetime import datetime, timedelta

from pydantic import Field

from rotation.values import TaskId, Value


class RefusedClaim(Value):
    """A claim of a replacement that was refused, or whose proof has lapsed: the proof is read on."""

    since: datetime
    """When it was refused or lapsed, or when a person last wanted to wait."""
    read_at: datetime
    """When the proof is read next."""
    asked: bool = False
    """Whether a person was asked what to do."""
    seconded: bool = False
    """Whether a second one was asked to approve what a person wishes."""
    gates: tuple[str, ...] = ()
    """The gates that did not hold when the proof was last read."""
    waiting: int = 0
    """How many clients they wait for; from the moment on when a second person was asked, as many as then."""
    named: tuple[str, ...] = ()
    """Some of these clients by name, each with its gate."""
    keys: tuple[str, ...] = ()
    """By gate, what tells all of these clients from others."""
    all_silent: bool = False
    """Whether nothing stands against it but that no client of the site reports."""


class ClientLook(Value):
    """One client of each build is looked at (rule 10)."""

    since: datetime
    """When that was asked, or when a person last wanted to wait."""
    builds: tuple[str, ...]
    settled: dict[str, datetime] = Field(default_factory=dict)
    """Those that were shown, or left out by name, with until when other clients of each may lack their list."""
    old: tuple[str, ...] = ()
    """Those of which a client was found to hold another list."""
    old_until: datetime | None = None
    """Until when that is no surprise, by the lags that earlier looks have shown."""
    asked: bool = False
    """Whether a person was asked what to do."""
    leaving: tuple[str, ...] = ()
    """Those whose clients a second one was asked to approve as lost."""
    compares: bool = False
    """Whether .SIG files are compared in the same task (rule 24c)."""
    dates: dict[str, str] = Field(default_factory=dict)
    """Their dates, once they were given and nothing speaks against them."""
    misses_dates: bool = False
    """Whether a person is asked when their dates do not come for a day."""
    counts_check_ins: bool = False
    """Whether `settled` has by when others have their list; else two check-ins come on top, from now on at least."""

    @property
    def lacks_dates(self) -> bool:
        """Whether .SIG files are compared, and their right dates were not given yet."""
        return self.compares and not self.dates

    @property
    def is_missed(self) -> bool:
        """Whether something is lacking that a person is asked about after a day."""
        return bool(self.lacking) or (self.misses_dates and self.lacks_dates)

    @property
    def lacking(self) -> tuple[str, ...]:
        """The builds of which no client was shown yet."""
        return tuple(build for build in self.builds if build not in self.settled)


_PROOF_LASTS = timedelta(minutes=30)
"""The proof that is read at a claim counts for this long at least."""
_OF_CLAIM = 8
"""The proof of a claim that lasts counts for an eighth of the time that it has lasted."""
_PROOF_LASTS_AT_MOST = timedelta(hours=2)
"""It counts for this long at most: a holder may be away for days, and all of a large site is read each time."""
_BEGINS_WITHIN = timedelta(minutes=10)
"""Behind a claim, or another look, the holder begins a replacement within this time (rule 19)."""


class OpenTask(Value):
    """The console task that the rotation waits for."""

    id: TaskId
    step: str
    opened_at: datetime
    claimed_by: str = ""
    claimed_at: datetime | None = None
    proven_at: datetime | None = None
    """When all proof was last read for its holder."""
    proof_survey: str = ""
    """The id of the survey that this proof rests on."""
    begun_at: datetime | None = None
    """When the site was last looked at for its holder, who was about to begin: at the claim, and since (rule 19)."""
    read_again: bool = False
    """Whether the site was seen to change since."""
    unseen: bool = False
    """Whether SEPM was seen not to answer since."""
    lapsed_at: datetime | None = None
    """Since when proof is missing, and its holder is asked to do nothing."""
    look_at: datetime | None = None
    """When to look whether it is done; None: now."""
    refused: RefusedClaim | None = None
    """Set after a claim was refused, which leaves the task unclaimed, and while its proof has lapsed: then it stays."""
    silent_since: datetime | None = None
    """Since when the server whose certificate is to be replaced has not answered; None: it answered last."""
    silence_accepted: bool = False
    """Whether two persons have decided to replace the certificate though no client of the site reports (rule 19)."""
    look: ClientLook | None = None
    """Where it is about what clients hold."""

    @property
    def proof_until(self) -> datetime | None:
        """Until when the proof of its claim counts; None where it has lapsed, or the task is unclaimed."""
        if not self.claimed_by or self.proven_at is None or self.lapsed_at is not None:
            return None
        held = self.proven_at - (self.claimed_at or self.proven_at)
        return self.proven_at + min(max(_PROOF_LASTS, held / _OF_CLAIM), _PROOF_LASTS_AT_MOST)

    @property
    def begin_until(self) -> datetime | None:
        """Until when its holder may begin a replacement without another look; None as for the proof."""
        if self.begun_at is None or self.proof_until is None:
            return None
        return min(self.begun_at + _BEGINS_WITHIN, self.proof_until)
