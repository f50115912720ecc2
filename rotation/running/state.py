"""The state of a running rotation: everything that a restart, a new worker or a continue-as-new must know."""

from datetime import datetime, timedelta
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field

from rotation.drift.judged_drift import NamedDrift
from rotation.drift.learned.other_certificate import OtherIn
from rotation.drift.learned.wrong_list import WrongIn
from rotation.finding import Finding
from rotation.plan.outline import Outline
from rotation.plan.step import Step
from rotation.running.attention import Attention
from rotation.running.message import AnsweredMessage, Message, Reply
from rotation.running.open_task import OpenTask
from rotation.running.refused_input import RefusedInput
from rotation.running.wait import Wait
from rotation.values import FoundId, ListName, PlanId, RotationId, ServerName, SiteId, Value


class Phase(StrEnum):
    """What a rotation is doing, in one word for lists and filters."""

    PREPARING = "preparing"
    RELAXING = "relaxing"
    REPLACING = "replacing"
    HOLDOUT = "holdout"
    RESTORING = "restoring"
    CLOSING = "closing"
    TURNING_BACK = "turning-back"
    ENDED = "ended"


class Outcome(StrEnum):
    """How a rotation ended. It ends only by completing, by being turned back, or by a person's decision."""

    COMPLETED = "completed"
    CANCELLED = "cancelled"
    ROLLED_BACK = "rolled-back"
    """The old certificates were put back."""


class Restarted(Value):
    """A gate that was passed, and has to be proven again."""

    gate: str
    due: datetime | None = None
    """Not before then; None while what has voided it is still there."""


class Fixing(Value):
    """What a write must cause is waited for: a policy date that moves (rule 9), or that servers publish it (rule 4)."""

    since: datetime
    look_at: datetime
    """When it is read again, or taken for published."""
    gate: str = ""
    """The gate whose policy date is waited for; empty: something else, or a history of an earlier version began it."""

    def is_about(self, gate: str) -> bool:
        """Whether it may be the policy date of this gate."""
        return self.gate in {"", gate}


class Proceed(Value):
    """A wish to go on without full coverage: it needs a second person (docs/admin/gates.md)."""

    about: str = ""
    """The code of the attention that it answers."""
    asked_by: str
    identity: str = ""
    """Of the person who asked; another one approves."""
    why: str
    waiting: int = 0
    """How many clients held the gate, where it answers for one."""
    key: str = ""
    """What tells these clients, or what was born, from others."""
    found: FoundId | None = None
    """What it is about, where that was found by a look."""
    approved_by: str = ""
    evidence: dict[str, str] = Field(default_factory=dict)
    """What is stated of a gate, where it is a statement and no wish."""
    stated_at: datetime | None = None
    """When."""


class Outage(Value):
    """A drill that has HTTPS shut, or a server stopped (rule 18)."""

    since: datetime | None = None
    """Since when it was last seen to be away, on SEPM's clock; None where it is there."""
    asked: tuple[str, ...] = ()
    """The codes of the attention that has shown a person what the drill found, and that still holds."""
    again: bool = False
    """Whether it is to be taken away once more, when it was put back."""
    rest: datetime | None = None
    """Until when it stays there, so that clients can come back to it."""
    silent: tuple[ServerName, ...] = ()
    """The other servers that did not answer while a server was stopped: that one is needed at once."""


class Cancelling(Value):
    """A cancel that was asked for."""

    by: str
    why: str


class RollingBack(Value):
    """A wish to put the old certificates back: it is planned, and needs a second person (rule 15)."""

    by: str
    identity: str = ""
    """Of the person who asked; another one approves."""
    why: str
    stopped: bool = False
    """Whether the steps stand still for it."""
    plan_id: PlanId | None = None
    """The amendment that waits for approval."""
    plan_hash: str = ""
    approved_by: str = ""
    """Who has approved that amendment, by its question."""
    declined_by: str = ""
    """Who has the rotation finish instead."""


class PolicySeen(Value):
    """The policies of the plan's groups as they were read last."""

    newest: datetime
    """When the newest of them was made, on SEPM's clock."""
    at: datetime
    """When they were read, by the service's clock."""
    held_since: bool = False
    """Whether a person has held the rotation since, so that nothing was looked at."""


class RelaxedAgain(Value):
    """Clients are relaxed once more, since another certificate came while they were made to verify (rule 12b)."""

    until: datetime | None = None
    """Until when that certificate stays in; None while secure communications are on, or lists wrong, in some group."""


class SiteMoved(Value):
    """What the watch over client ports saw since the rotation has looked."""

    at: datetime
    shows: str
    """In words; empty where its message does not say it."""


_REPLIES = 32
"""How many answers are kept: more than are asked for at a time."""


class RotationState(BaseModel):
    """State is one model: plan, cursor, waits, attention, hold. Mutable, and only the run loop changes it."""

    model_config = ConfigDict(extra="forbid", validate_assignment=True)

    rotation_id: RotationId
    site_id: SiteId
    site_name: str
    plan_id: PlanId
    plan_hash: str
    outline: Outline
    """Of the plan that runs; until that is loaded, one with the step that loads it."""
    started_at: datetime
    undoing: tuple[Step, ...] | None = None
    """The steps that a cancel takes instead of those of the plan."""
    cursor: int = 0
    phase: Phase = Phase.PREPARING
    begun: tuple[str, ...] = ()
    """Ids of the steps that were begun, of every plan that this rotation ran."""
    step_began_at: datetime | None = None
    wait: Wait | None = None
    task: OpenTask | None = None
    swapped: tuple[ServerName, ...] = ()
    """Servers whose new certificate was seen: after the first one a cancel cannot simply restore."""
    signing: dict[ServerName, datetime] = Field(default_factory=dict)
    """Servers that clients have shown to sign with their new key, with when, on SEPM's clock (rule 24b)."""
    held_by: str = ""
    hold_reason: str = ""
    attention: tuple[Attention, ...] = ()
    look_since: datetime | None = None
    """Since when nothing was found by looking at the site: looks grow rarer from there."""
    look_at: datetime | None = None
    """When to look at the site again."""
    awaited_since: datetime | None = None
    """Since when a cancel waits for a silent server to answer; None: it does not."""
    clients_read_at: datetime | None = None
    """When a gate read clients last, or they were read while a person was waited for."""
    site_moved: SiteMoved | None = None
    """What a look has still to be made for."""
    drift: tuple[NamedDrift, ...] = ()
    copies_doubted: tuple[ListName, ...] = ()
    """Copies of lists that were asked for again because REST did not assign them, where SEPM shows no list."""
    lists_shown: dict[ListName, datetime] = Field(default_factory=dict)
    """By edited server list, until when a person has confirmed that it is right, on SEPM's clock."""
    past_silent: tuple[ServerName, ...] = ()
    """Servers past whose silence two persons have a restore assign lists that name them."""
    asks_first: bool = False
    """Whether a person is asked about lists before they are assigned by hand: their task is withdrawn for it."""
    versions_shown: tuple[str, ...] = ()
    """The versions of SEPM for which a person has confirmed that ports and certificates are right."""
    found: FoundId | None = None
    """All of what the latest look has found; `drift` has some of it."""
    born_key: str = ""
    """What tells from others what of it was born, and two persons may go on with."""
    drift_asked: tuple[str, ...] = ()
    """The server lists and versions that the attention about drift names."""
    drift_answer: tuple[str, ...] | None = None
    """Those that a person has confirmed in an answer to it; None: no person has answered since the latest look."""
    round_number: int = 0
    """The round for which repairs are counted: a new one begins with each step, and when a person has answered."""
    repairs: int = 0
    """How often something was put right in this round."""
    restarted: tuple[Restarted, ...] = ()
    unreported_until: datetime | None = None
    """Until when clients may hold what was put right, and have not reported: a golden image, or another certificate."""
    right_at: datetime | None = None
    """When a look last found in each server the certificate that the rotation left there."""
    other_in: OtherIn | None = None
    """When another certificate was in a server last, from the first one on."""
    lists_right_at: datetime | None = None
    """When a look last found every server list right."""
    wrong_lists: dict[str, WrongIn] = Field(default_factory=dict)
    """By list, or by group and location, when a server list was wrong, from the first time on."""
    lags: dict[str, timedelta] = Field(default_factory=dict)
    """By build, how long after the policy its clients take a list at most, as looks have shown (rule 10)."""
    policy_seen: PolicySeen | None = None
    """None: not since the rotation wrote settings."""
    lists_until: datetime | None = None
    """Until when clients may lack a list that was wrong for a while."""
    relaxed_again: RelaxedAgain | None = None
    silent_ahead_since: datetime | None = None
    """Since when a server has been silent on the way back, before its turn."""
    outage: Outage = Outage()
    """What a drill has away now (rule 18)."""
    fixing: Fixing | None = None
    """Set while that is waited for which a write must cause."""
    proceed: Proceed | None = None
    cancelling: Cancelling | None = None
    rolling_back: RollingBack | None = None
    withdrawing: bool = False
    """Whether a cancel, or a wish to roll back, waits for the holder of the open task to give it back."""
    inbox: tuple[Message, ...] = ()
    unread: RefusedInput | None = None
    """The newest signal, or answer of an activity, that was refused and is not shown yet."""
    replies: dict[str, AnsweredMessage] = Field(default_factory=dict)
    """The newest answers by request id: the sender of a message asks for its answer, also in a later history."""
    dealt_with: int = 0
    """How many messages were answered or withdrawn."""
    withdrawn: dict[str, int] = Field(default_factory=dict)
    """The newest withdrawals by request id: the ticket that the message needs if it is sent again."""
    refused: str = ""
    """What was refused last, for a sender to whom no answer is shown."""
    events: int = 0
    """How many events were recorded: each gets a number of its own, whatever is retried."""
    outcome: Outcome | None = None

    @property
    def replaced(self) -> bool:
        """Whether a new certificate is, or may be, in: putting settings back alone would cut clients off."""
        if self.outline.purpose == "recover":
            return False  # no setting was changed
        return bool(self.swapped) or self.outline.purpose == "roll-back"

    def begin_round(self) -> None:
        """Repairs are counted from now on."""
        self.round_number, self.repairs = self.round_number + 1, 0

    def keep_reply(self, message: Message, reply: Reply) -> None:
        """Remember what was answered to a message, and forget the oldest answers."""
        answered = AnsweredMessage(move=message.move, who=message.who, digest=message.digest, reply=reply)
        newest = list({**self.replies, message.request_id: answered}.items())[-_REPLIES:]
        self.replies = dict(newest)
        self.dealt_with += 1
        self.show_refused(message, *reply.findings)

    def keep_withdrawal(self, message: Message) -> None:
        """Remember that a message was taken back: the same one as it was sent then cannot take effect any more."""
        self.dealt_with += 1
        self.withdrawn = dict(list({**self.withdrawn, message.request_id: self.dealt_with}.items())[-_REPLIES:])

    def is_stale(self, message: Message) -> bool:
        """Whether a message may have been answered, or withdrawn, before, and is sent again."""
        oldest = self.dealt_with - _REPLIES
        return message.ticket < max(oldest, self.withdrawn.get(message.request_id, 0))

    def show_refused(self, message: Message, *findings: Finding) -> None:
        """Show why a message was refused; nothing when it was not."""
        because = "; ".join(finding.message for finding in findings)
        self.refused = f"{message.move.value} by {message.who}: {because}" if findings else ""

    @property
    def steps(self) -> tuple[Step, ...]:
        """What is done, in its order: the steps of the plan, or what undoes them."""
        return self.outline.steps if self.undoing is None else self.undoing

    @property
    def puts_back(self) -> bool:
        """Whether settings are being put back: nothing is held against the plan then."""
        return self.outline.purpose == "restore" or self.phase is Phase.TURNING_BACK

    @property
    def waits_at(self) -> Step | None:
        """The step whose wait goes on: a gate that is proven again before settings are put back, or the one of now."""
        waited = self.wait.step if self.wait is not None else ""
        return next((each for each in self.steps if each.id == waited), self.step)

    @property
    def step(self) -> Step | None:
        """The step at the cursor, or None after the last."""
        return self.steps[self.cursor] if self.cursor < len(self.steps) else None
