"""The plan: the procedure for one site as data, computed from what was observed.

It is identified by its content hash, which covers what a person approves: steps, scopes, certificates,
minima and the names left out; never dates or forecasts.
"""

import hashlib
import json
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, model_validator

from rotation.finding import Finding
from rotation.start_by import LatestStart
from rotation.survey import Pair
from rotation.task import Work
from rotation.trust import Names, OnTrust, digest
from rotation.values import (
    CertificateId,
    ClientId,
    Fingerprint,
    GroupId,
    ListName,
    LocationId,
    PlanId,
    ServerName,
    SiteId,
    Value,
)


class Treatment(StrEnum):
    """What a group needs."""

    RELAX = "relax"
    """List A: HTTP list, secure communications off, later restored."""
    FAILOVER = "failover"
    """List B: left alone, finds the new certificate through another server."""


class PlannedPair(Value):
    """A pair of a scope: the state that it has now, which is the state that it gets back."""

    location_id: LocationId
    location_name: str
    server_list: ListName
    secure_communications: bool
    needs_list: bool = False
    """Whether its list differs from an HTTP list: only the field that differs is written (rule 7)."""
    needs_unverified: bool = False


class OwnerScope(Value):
    """A group that owns its settings, with all that follows it (rule 5)."""

    group_id: GroupId
    path: str
    treatment: Treatment
    pairs: tuple[PlannedPair, ...]
    inheritors: tuple[GroupId, ...] = ()
    slowest_heartbeat: timedelta
    jitter: timedelta

    @property
    def groups(self) -> tuple[GroupId, ...]:
        """The owner and every group that inherits from it."""
        return (self.group_id, *self.inheritors)


class ListCopy(Value):
    """The HTTP copy of a list that relaxed pairs will use."""

    source: ListName
    copy_name: ListName


class LeftOut(Value):
    """A client that the approver leaves out by name (rule 1)."""

    id: ClientId
    name: str
    group: str
    reason: str


class CertificateFor(Value):
    """Which certificate goes into which server, and which it replaces."""

    server: ServerName
    certificate_id: CertificateId
    fingerprint: Fingerprint
    replaces: Fingerprint


class ScopeName(StrEnum):
    """Whom a step is about. Steps name scopes, never lists of groups."""

    RELAXED = "relaxed"
    CANARIES = "canaries"
    """The relaxed owners that go first (rule 10)."""
    DRILLED = "drilled"
    """The owners whose failover a drill shows (rule 8)."""
    REST = "rest"
    """The relaxed owners that follow the canaries."""
    FAILOVER = "failover"
    ALL = "all"


class _Step(Value):
    id: str
    """Stable within the plan, e.g. `07-A9-sepm1`."""
    number: str
    """The vendor's own number (`A1`..`A10d`, `B1`..`B5`), or ours for what surrounds it."""
    title: str
    wave: int = 0


class Preflight(_Step):
    """Survey again, compare with the plan, store every original setting."""

    kind: Literal["preflight"] = "preflight"


class Console(_Step):
    """A console task. While a certificate is open for replacement, the gates in `holds` must go on being true."""

    kind: Literal["console"] = "console"
    work: Work
    holds: tuple[str, ...] = ()


class SettingField(StrEnum):
    """The two settings that a rotation changes."""

    SERVER_LIST = "server_list"
    SECURE_COMMUNICATIONS = "secure_communications"


class Write(_Step):
    """Change one setting of every pair of a scope over REST; where that changes nothing, by a console task."""

    kind: Literal["write"] = "write"
    field: SettingField
    scope: ScopeName = ScopeName.RELAXED
    restores: bool = False
    """Whether it puts the recorded state back instead of relaxing."""


class GatePurpose(StrEnum):
    """What a gate proves."""

    RELAXED = "relaxed"
    """A8: clients hold the HTTP list and do not verify."""
    DRILLED = "drilled"
    """B1: clients were seen at a second server of their list."""
    SWAPPED = "swapped"
    """A10b and B3: clients know the new certificate of a server, or will through another."""
    VERIFYING = "verifying"
    """After A10c: clients have verified a policy file signed with the new key."""
    RETURNED = "returned"
    """After A10d: clients are back on their own list."""


class Gate(_Step):
    """A wait that ends on proof: minimum time passed AND coverage reached."""

    kind: Literal["gate"] = "gate"
    purpose: GatePurpose
    scope: ScopeName
    minimum: timedelta
    patience: timedelta
    server: ServerName | None = None
    """The swapped server, for `SWAPPED`."""
    passes_unheard: bool = False
    """Whether it is passed when no client has reported since the certificate went in that was taken out (rule 15)."""

    @property
    def is_drill(self) -> bool:
        """Whether it ends at its limit by itself: whom it has not seen is decided about right after it."""
        return self.purpose is GatePurpose.DRILLED

    @property
    def over_canaries(self) -> bool:
        """Whether it is about those that go first: nothing irreversible follows it, and a gate for all comes after."""
        return self.scope is ScopeName.CANARIES


class Holdout(_Step):
    """B5: the last servers stay on the old certificate for clients that are away."""

    kind: Literal["holdout"] = "holdout"
    servers: tuple[ServerName, ...]
    minimum: timedelta
    maximum: timedelta


class Closing(_Step):
    """Every setting as recorded, every certificate as planned, every client back; then the report."""

    kind: Literal["closing"] = "closing"
    minimum: timedelta
    patience: timedelta


class Recheck(_Step):
    """Survey again and compute the rest of the plan again; a difference is an amendment to approve (rule 12)."""

    kind: Literal["recheck"] = "recheck"


Step = Annotated[
    Preflight | Console | Write | Gate | Holdout | Recheck | Closing,
    Field(discriminator="kind"),
]


class StepTime(Value):
    """When a step can begin at the earliest, and how long it is expected to take."""

    step: str
    earliest: datetime
    expected: datetime
    least: timedelta


class PlanBody(Value):
    """What is approved, and what runs."""

    site_id: SiteId
    purpose: Literal["rotate", "restore", "roll-back"] = "rotate"
    """A roll-back is an amendment whose targets are the certificates that the servers had before (rule 15)."""
    back_from: str = ""
    """The id of the first step of a roll-back. What gates before it have proven was about other certificates."""
    certificates: tuple[CertificateFor, ...]
    holdouts: tuple[ServerName, ...] = ()
    waves: tuple[tuple[ServerName, ...], ...]
    scopes: tuple[OwnerScope, ...]
    canaries: tuple[GroupId, ...] = ()
    """The relaxed owners that go first in every wave."""
    copies: tuple[ListCopy, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    drilled: tuple[GroupId, ...] = ()
    """The owners whose failover is shown by a drill before the first certificate."""
    on_trust: tuple[OnTrust, ...] = ()
    """Clients that a person takes to fail over, though none was seen to (rule 8)."""
    replication_partners: tuple[str, ...] = ()
    publish_delay: timedelta
    keep_relaxed: bool = False
    steps: tuple[Step, ...]

    def owners(self, scope: ScopeName) -> tuple[OwnerScope, ...]:
        """The owners that `scope` names."""
        return tuple(owner for owner in self.scopes if self._is_in(owner, scope))

    def _is_in(self, owner: OwnerScope, scope: ScopeName) -> bool:
        relaxed = owner.treatment is Treatment.RELAX
        first = owner.group_id in self.canaries
        return {
            ScopeName.RELAXED: relaxed,
            ScopeName.CANARIES: relaxed and first,
            ScopeName.REST: relaxed and not first,
            ScopeName.DRILLED: owner.group_id in self.drilled,
            ScopeName.FAILOVER: not relaxed,
            ScopeName.ALL: True,
        }[scope]

    def pairs(self, scope: ScopeName) -> tuple[tuple[Pair, PlannedPair], ...]:
        """Every pair of the owners that `scope` names."""
        return tuple(
            (Pair(group_id=owner.group_id, location_id=pair.location_id), pair)
            for owner in self.owners(scope)
            for pair in owner.pairs
        )

    @property
    def writes(self) -> tuple[Write, ...]:
        """The steps that change settings."""
        return tuple(step for step in self.steps if isinstance(step, Write))

    def copy_of(self, source: ListName) -> ListName | None:
        """The name of the HTTP copy of `source`, where the plan makes one."""
        return next((copy.copy_name for copy in self.copies if copy.source == source), None)

    def certificate_for(self, server: ServerName) -> CertificateFor | None:
        """The certificate that goes into `server`."""
        return next((chosen for chosen in self.certificates if chosen.server == server), None)

    def step(self, step_id: str) -> Step:
        """The step of that id.

        Raises:
            KeyError: when the plan has none of that id.
        """
        for step in self.steps:
            if step.id == step_id:
                return step
        raise KeyError(f"plan of site {self.site_id} has no step {step_id!r}")

    @property
    def way_back(self) -> tuple[Step, ...]:
        """The steps of a roll-back; none of any other plan."""
        return self.steps[self.steps.index(self.step(self.back_from)) :] if self.back_from else ()

    @property
    def swap_gates(self) -> tuple[Gate, ...]:
        """The gates after a swap to a certificate of this plan."""
        gates = (step for step in self.way_back or self.steps if isinstance(step, Gate))
        return tuple(gate for gate in gates if gate.purpose is GatePurpose.SWAPPED)

    @property
    def last_number(self) -> int:
        """The number in the last step's id. An amendment counts on from it, since proof is kept by step id."""
        return int(self.steps[-1].id.split("-", 1)[0]) if self.steps else 0

    def canonical(self) -> bytes:
        """The stored bytes that the hash covers."""
        return json.dumps(self.model_dump(mode="json"), sort_keys=True, separators=(",", ":")).encode()

    def content_hash(self) -> str:
        """SHA-256 of the canonical bytes: what an approval names."""
        return hashlib.sha256(self.canonical()).hexdigest()


class Unproven(StrEnum):
    """What to do with a failover group whose clients were not all seen at a second server (rule 8)."""

    RELAX = "relax"
    """The group goes to R."""
    APPROVE = "approve"
    """A person takes these clients to fail over, by name."""
    DRILL = "drill"
    """Another server of their list is put first for a while; who is not seen there then goes to R or is approved."""


class PlanRequest(Value):
    """What a person decides about a plan."""

    certificates: dict[ServerName, CertificateId]
    unproven_failover: Unproven = Unproven.RELAX
    unproven_by_group: dict[str, Unproven] = Field(default_factory=dict)
    """The same for single groups, by path or id of the group that owns its settings."""
    holdout: tuple[ServerName, ...] = ()
    """Preferred holdout servers; chosen by the service when empty."""
    keep_relaxed: bool = False
    leave_out_away: bool = False
    """Leave out, by name, every client that is silent for longer than the site's away limit (rule 1)."""

    def drilled(self, instead: Unproven) -> "PlanRequest":
        """The same after a drill: whom it has not shown is treated as `instead` says."""

        def now(choice: Unproven) -> Unproven:
            return instead if choice is Unproven.DRILL else choice

        by_group = {group: now(choice) for group, choice in self.unproven_by_group.items()}
        update = {"unproven_failover": now(self.unproven_failover), "unproven_by_group": by_group}
        return self.model_copy(update=update)

    def unproven_in(self, group_id: GroupId, path: str) -> Unproven:
        """What is wanted of a group with clients that were never seen at a second server."""
        named = self.unproven_by_group
        return named.get(group_id, named.get(path, self.unproven_failover))


class Plan(Value):
    """A plan with its reasons and its forecast."""

    id: PlanId
    hash: str
    made_at: datetime
    survey_id: str
    request: PlanRequest
    body: PlanBody
    findings: tuple[Finding, ...]
    trusted: dict[GroupId, Names] = Field(default_factory=dict)
    """The names that `body.on_trust` stands for, by group. They do not travel with the body: they may be many."""
    times: tuple[StepTime, ...]
    least: timedelta
    """The plan's own least time: gates' minima, holdout, closing check."""
    latest_start: LatestStart | None = None
    """None where no server to be replaced tells when its certificate ends, and in plans made before this was known."""
    lost_if_now: int
    """How many clients a replacement without any preparation would cut off now."""
    clients: int

    @model_validator(mode="after")
    def _trust_is_named(self) -> "Plan":
        named = {group_id: digest(names) for group_id, names in self.trusted.items()}
        if named != {each.group_id: each.names_sha256 for each in self.body.on_trust}:
            raise ValueError(f"plan {self.id} has other names on trust than its body stands for")
        return self
