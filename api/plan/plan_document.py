"""Plans as they are asked for and shown."""

from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Annotated

from pydantic import AfterValidator, Field, StrictBool

from api.http.problems import refused
from api.manners.paging import PageShown
from rotation.access import MOST_GROUPS
from rotation.bounds import MOST_SERVERS, Text
from rotation.finding import Finding, blocking
from rotation.network import as_network
from rotation.plan.effort import Effort, extra_work, minutes
from rotation.plan.plan import CertificateFor, LeftOut, Plan, StepTime
from rotation.plan.request import PlanRequest, Unproven
from rotation.plan.scope import Treatment
from rotation.plan.start_by import LatestStart
from rotation.plan.step import Closing, Console, Gate, Holdout, Step
from rotation.site import Site
from rotation.span import Length, UpToAYear
from rotation.values import CertificateId, PlanId, ServerName, SiteId, Value

_EVERY_SERVER = "*"
Network = Annotated[str, Field(max_length=64), AfterValidator(as_network)]


class NewPlanRequest(Value):
    """What a plan is asked for."""

    site_id: Annotated[SiteId, Text]
    certificates: dict[Annotated[str, Text], Annotated[CertificateId, Text]] = Field(
        min_length=1,
        max_length=MOST_SERVERS,
        description="Which certificate goes into which server; `*` stands for every server not named",
    )
    unproven_failover: Unproven = Field(
        default=Unproven.RELAX,
        description="What to do with groups whose clients were not all seen at two servers of each of their lists: "
        "relax them, have a drill show it before the first certificate, or approve these clients by name",
    )
    unproven_by_group: dict[Annotated[str, Field(max_length=1000)], Unproven] = Field(
        default={},
        max_length=MOST_GROUPS,
        description="The same for single groups, by path or id of the group that owns its settings",
    )
    holdout: tuple[Annotated[ServerName, Text], ...] = Field(
        default=(), max_length=MOST_SERVERS, description="Preferred holdout servers"
    )
    keep_relaxed: StrictBool = False
    drill_https: StrictBool = Field(
        default=False,
        description="Have each client of the relaxed groups show that it holds an HTTP list: a person shuts the HTTPS "
        "client port of every server for three heartbeats, and until each of them has come over HTTP. Clients of other "
        "groups are silent so long, and lose nothing; console and REST go on. It replaces the look at one client of "
        "each build before a certificate is replaced",
    )
    drill_stop: StrictBool = Field(
        default=False,
        description="Have each client that fails over show that it finds another server where it is: before each "
        "replacement a person stops the services of that server for three heartbeats, and until each client that was "
        "there has come to another one. The others carry its load meanwhile, and consoles at it are off. It takes two "
        "tasks for each server; the one at which REST answers is left out",
    )
    leave_out_away: StrictBool = Field(default=False, description="Leave out, by name, clients beyond the away limit")
    trusted_networks: tuple[Network, ...] = Field(
        default=(),
        max_length=10_000,
        description="Networks that a person takes to let plain HTTP through, e.g. 10.1.0.0/16; `unknown` stands for "
        "clients whose row shows no address",
    )
    leave_out_http: StrictBool = Field(
        default=False, description="Leave out, by name, clients that were shown not to get through over plain HTTP"
    )
    survey_max_age: UpToAYear = Field(
        default=timedelta(0), description="A complete survey not older than this is used; PT0S: none"
    )

    def request(self, site: Site) -> PlanRequest:
        """The request that the planner takes.

        Raises:
            ProblemError: 422, when it names a server that the site does not have.
        """
        own = {server.name for server in site.servers}
        named = [ServerName(name) for name in (*self.certificates, *self.holdout) if name != _EVERY_SERVER]
        if strangers := dict.fromkeys(name for name in named if name not in own):
            remedy = f"its servers are {', '.join(sorted(own))}"
            findings = [
                blocking("unknown-server", name, f"site {site.name} has no such server", remedy) for name in strangers
            ]
            raise refused("unknown-server", findings, status=HTTPStatus.UNPROCESSABLE_ENTITY)
        everywhere = self.certificates.get(_EVERY_SERVER)
        chosen = {server.name: self.certificates.get(server.name, everywhere) for server in site.servers}
        return PlanRequest(
            certificates={server: wanted for server, wanted in chosen.items() if wanted is not None},
            unproven_failover=self.unproven_failover,
            unproven_by_group=self.unproven_by_group,
            holdout=self.holdout,
            keep_relaxed=self.keep_relaxed,
            drill_https=self.drill_https,
            drill_stop=self.drill_stop,
            leave_out_away=self.leave_out_away,
            trusted_networks=self.trusted_networks,
            leave_out_http=self.leave_out_http,
        )


class StepShown(Value):
    """A step with its forecast."""

    id: str
    number: str
    title: str
    kind: str
    task: str | None = None
    """The kind of the console task, for a step that is one."""
    wave: int
    minimum: Length | None
    """The least wait of a gate, a holdout or the closing check."""
    earliest: datetime | None
    expected: datetime | None
    least: Length | None

    @classmethod
    def of(cls, step: Step, time: StepTime | None) -> "StepShown":
        """The document of a step."""
        return cls(
            id=step.id,
            number=step.number,
            title=step.title,
            kind=step.kind,
            task=step.work.kind if isinstance(step, Console) else None,
            wave=step.wave,
            minimum=step.minimum if isinstance(step, Gate | Holdout | Closing) else None,
            earliest=time.earliest if time else None,
            expected=time.expected if time else None,
            least=time.least if time else None,
        )


class ScopeShown(Value):
    """A group that owns its settings, and how it is treated."""

    path: str
    treatment: Treatment
    locations: int
    inheritors: int
    canary: bool = Field(description="Whether it goes first in each wave")
    drilled: bool = Field(description="Whether a drill shows before the first certificate that its clients fail over")


class OnTrustShown(Value):
    """Clients of a group that are taken to fail over, though none was seen to."""

    path: str
    names: tuple[str, ...]


class PlanShown(Value):
    """A plan: what a person approves by its hash."""

    id: PlanId
    hash: str
    site_id: SiteId
    purpose: str
    made_at: datetime
    survey_id: str
    certificates: tuple[CertificateFor, ...]
    holdouts: tuple[ServerName, ...]
    waves: tuple[tuple[ServerName, ...], ...]
    scopes: tuple[ScopeShown, ...]
    steps: tuple[StepShown, ...]
    reasons: tuple[Finding, ...]
    least: Length
    least_seconds: float
    latest_start: LatestStart | None = Field(
        description="The last moment to begin so that no old certificate ends while it is needed, and what decides it"
    )
    lost_if_now: int = Field(description="Clients that a replacement without any preparation would cut off now")
    left_out: tuple[LeftOut, ...]
    trusted_networks: tuple[str, ...] = Field(
        description="Networks that the approver takes to let plain HTTP through, and nothing has shown it"
    )
    tried_networks: tuple[str, ...] = Field(
        description="Networks of which the canaries show that it gets through, before anybody else there is sent to it"
    )
    on_trust: tuple[OnTrustShown, ...] = Field(description="Whom the approver takes to fail over, by name")
    extra_work: tuple[Effort, ...] = Field(
        description="What each rule of proof asks of people beyond the vendor's list, by estimate, and what is cheaper"
    )
    extra_minutes: int
    clients: int

    @classmethod
    def of(cls, plan: Plan) -> "PlanShown":
        """The document of a plan."""
        times = {time.step: time for time in plan.times}
        body, work = plan.body, extra_work(plan)
        return cls(
            id=plan.id,
            hash=plan.hash,
            site_id=body.site_id,
            purpose=body.purpose,
            made_at=plan.made_at,
            survey_id=plan.survey_id,
            certificates=body.certificates,
            holdouts=body.holdouts,
            waves=body.waves,
            scopes=tuple(
                ScopeShown(
                    path=scope.path,
                    treatment=scope.treatment,
                    locations=len(scope.pairs),
                    inheritors=len(scope.inheritors),
                    canary=scope.group_id in body.canaries,
                    drilled=scope.group_id in body.drilled,
                )
                for scope in body.scopes
            ),
            steps=tuple(StepShown.of(step, times.get(step.id)) for step in body.steps),
            reasons=plan.findings,
            least=plan.least,
            least_seconds=plan.least.total_seconds(),
            latest_start=plan.latest_start,
            lost_if_now=plan.lost_if_now,
            left_out=body.left_out,
            trusted_networks=body.trusted_networks,
            tried_networks=body.tried_networks,
            on_trust=tuple(
                OnTrustShown(path=each.path, names=tuple(sorted(plan.trusted[each.group_id].values())))
                for each in body.on_trust
            ),
            extra_work=work,
            extra_minutes=minutes(work),
            clients=plan.clients,
        )


class PlanInList(Value):
    """A plan in short."""

    id: PlanId
    hash: str
    site_id: SiteId
    purpose: str
    made_at: datetime
    steps: int
    least: Length

    @classmethod
    def of(cls, plan: Plan) -> "PlanInList":
        """The document of a stored plan."""
        return cls(
            id=plan.id,
            hash=plan.hash,
            site_id=plan.body.site_id,
            purpose=plan.body.purpose,
            made_at=plan.made_at,
            steps=len(plan.body.steps),
            least=plan.least,
        )


class PlanList(PageShown[PlanInList]):
    """A page of the plans of a site, the newest first."""
