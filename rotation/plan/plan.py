"""The plan: the procedure for one site as data, computed from what was observed.

It is identified by its content hash, which covers what a person approves: steps, scopes, certificates,
minima and the names left out; never dates or forecasts.
"""

import hashlib
import json
from datetime import datetime
from typing import Literal, Protocol, Self

from pydantic import Field, model_validator

from rotation.finding import Finding
from rotation.plan.request import PlanRequest
from rotation.plan.scope import OwnerScope, PlannedPair, Treatment
from rotation.plan.start_by import LatestStart
from rotation.plan.step import Console, Gate, GatePurpose, Load, ScopeName, Step, Write, the_step
from rotation.plan.unproven_failover import Names, OnTrust, digest
from rotation.plan.work.task import RefreshImages, ReplaceCertificate
from rotation.span import Length
from rotation.survey import Pair
from rotation.values import (
    CertificateId,
    ClientId,
    Fingerprint,
    GroupId,
    ListName,
    PlanId,
    ServerName,
    SiteId,
    Value,
)

_COPY = " (HTTP for certificate rotation)"


def copy_name(source: ListName) -> ListName:
    """The name of the HTTP copy of a list."""
    return ListName(f"{source}{_COPY}")


def copied_from(name: ListName) -> ListName | None:
    """The list of which `name` is the HTTP copy by its name; None: it is no copy of ours."""
    return ListName(name.removesuffix(_COPY)) if name.endswith(_COPY) else None


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
    """In a recovery the same one: it is what clients hold."""
    replaces_until: datetime | None = None
    """When the one that it replaces ends; None where the server did not tell."""


class StepTime(Value):
    """When a step can begin at the earliest, and how long it is expected to take."""

    step: str
    earliest: datetime
    expected: datetime
    least: Length


class Outlined(Protocol):
    """A plan, or its outline."""

    @property
    def certificates(self) -> tuple[CertificateFor, ...]:
        """Which certificate goes into which server."""

    @property
    def steps(self) -> tuple[Step, ...]:
        """All of its steps."""


Purpose = Literal["rotate", "restore", "roll-back", "recover"]
"""What a plan is for."""


class PlanBody(Value):
    """What is approved, and what runs."""

    site_id: SiteId
    purpose: Purpose = "rotate"
    """A roll-back is an amendment whose targets are the certificates that the servers had before (rule 15); a recovery
    puts back those that clients hold."""
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
    trusted_networks: tuple[str, ...] = ()
    """Networks that a person takes to let plain HTTP through (rule 24a)."""
    tried_networks: tuple[str, ...] = ()
    """Networks of which only the canaries show that it gets through."""
    replication_partners: tuple[str, ...] = ()
    publish_delay: Length
    keep_relaxed: bool = False
    steps: tuple[Step, ...]

    @model_validator(mode="after")
    def _is_loaded(self) -> Self:
        if any(isinstance(step, Load) for step in self.steps):
            raise ValueError(f"the plan of site {self.site_id} has a step that takes up a plan")
        return self

    def owners(self, scope: ScopeName) -> tuple[OwnerScope, ...]:
        """The owners that `scope` names."""
        return tuple(owner for owner in self.scopes if self.is_in(owner, scope))

    def is_in(self, owner: OwnerScope, scope: ScopeName) -> bool:
        """Whether `scope` names that owner."""
        return scope.names(
            relaxed=owner.treatment is Treatment.RELAX,
            first=owner.group_id in self.canaries,
            drilled=owner.group_id in self.drilled,
        )

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
        return the_step(self.steps, step_id)

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
    def image_groups(self) -> tuple[str, ...]:
        """The groups of non-persistent machines: whose images any of its steps has refreshed."""
        works = (step.work for step in self.steps if isinstance(step, Console))
        return tuple(sorted({group for work in works if isinstance(work, RefreshImages) for group in work.groups}))

    @property
    def files(self) -> frozenset[Fingerprint]:
        """The certificates whose file a task hands out: the service needs their private keys."""
        works = (step.work for step in self.steps if isinstance(step, Console))
        return frozenset(
            work.fingerprint_sha256 for work in works if isinstance(work, ReplaceCertificate) and work.has_file
        )

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


def left_in(plan: Outlined) -> dict[ServerName, tuple[Fingerprint, ...]]:
    """By server that a roll-back leaves out at its turn, the certificates that steps put, or were to put, into it.

    Its task stays in the plan, as it was begun; its certificate is none of the plan's any more.
    """
    works = [step.work for step in plan.steps if isinstance(step, Console)]
    tasks = [work for work in works if isinstance(work, ReplaceCertificate)]
    due = {chosen.server for chosen in plan.certificates}
    out = dict.fromkeys(work.server for work in tasks if work.puts_back and work.server not in due)
    return {server: tuple(work.fingerprint_sha256 for work in tasks if work.server == server) for server in out}


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
    least: Length
    """The plan's own least time: gates' minima, holdout, closing check."""
    latest_start: LatestStart | None = None
    """None where no server to be replaced tells when its certificate ends, and in plans made before this was known."""
    lost_if_now: int
    """How many clients a replacement without any preparation would cut off now."""
    clients: int
    known_by: str = ""
    """In a way back, the survey of the plan that is turned back; empty: `survey_id`."""
    last_presented: dict[ServerName, Fingerprint] = Field(default_factory=dict)
    """In a restore, what servers that presented nothing when it was planned had presented last."""

    @property
    def known_by_survey(self) -> str:
        """The survey by which lists, ports, certificates and SEPM's version are known to be right.

        What has changed since is asked about, also where a way back was planned behind the change.
        """
        return self.known_by or self.survey_id

    @model_validator(mode="after")
    def _trust_is_named(self) -> "Plan":
        named = {group_id: digest(names) for group_id, names in self.trusted.items()}
        if named != {each.group_id: each.names_sha256 for each in self.body.on_trust}:
            raise ValueError(f"plan {self.id} has other names on trust than its body has")
        return self
