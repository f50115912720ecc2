"""What the file of originals holds: every (group, location) as it was before the first change, and what else goes back.

Nothing in it is secret. It is a document of its own, not that of a plan: a file outlives releases.
"""

from collections.abc import Iterable, Mapping
from typing import Annotated

from pydantic import AwareDatetime, Field

from rotation.drift.earlier_survey import as_approved
from rotation.plan.plan import CertificateFor, ListCopy, Plan
from rotation.plan.scope import PlannedPair
from rotation.plan.step import Console, ScopeName
from rotation.plan.work.task import ReorderList
from rotation.procedure.restoration import OriginalPair
from rotation.site import Site
from rotation.span import UpToTenYears
from rotation.survey import Mode, Pair, PairSettings
from rotation.values import Fingerprint, GroupId, ListName, LocationId, PlanId, RotationId, ServerName, SiteId, Value

MOST_PAIRS = 20_000
_MOST = 1000
_OURS = Field(pattern=r"^[A-Za-z0-9._-]{1,100}$")
"""Of an id that the service has made."""
_ID = Field(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")
_NAME = Field(min_length=1, max_length=1000, pattern=r"^[^\x00]*$")
_PATH = Field(max_length=4000, pattern=r"^[^\x00]*$")
_SHA256 = Field(pattern=r"^[0-9a-f]{64}$")
Name = Annotated[str, _NAME]
Path = Annotated[str, _PATH]


class KeptServer(Value):
    """A management server of the site, and where it was."""

    name: Annotated[ServerName, _NAME]
    address: Name


class KeptPair(Value):
    """A (group, location) with the settings that it gets back."""

    group_id: Annotated[GroupId, _ID]
    group_path: Path
    location_id: Annotated[LocationId, _ID]
    location_name: Path
    server_list: Annotated[ListName, _NAME]
    """SEPM's REST API knows a server list by its name only."""
    secure_communications: bool
    mode: Mode
    heartbeat: UpToTenYears
    jitter: UpToTenYears
    log_kb: int | None = Field(ge=0, le=1_000_000_000)

    @property
    def pair(self) -> Pair:
        """Its ids."""
        return Pair(group_id=self.group_id, location_id=self.location_id)

    @property
    def name(self) -> str:
        """The pair as a person knows it."""
        return f"{self.group_path} / {self.location_name}"

    @property
    def settings(self) -> PairSettings:
        """What it gets back, as a survey would have seen it."""
        return PairSettings(
            server_list=self.server_list,
            secure_communications=self.secure_communications,
            mode=self.mode,
            heartbeat=self.heartbeat,
            jitter=self.jitter,
            log_kb=self.log_kb,
        )


class KeptCopy(Value):
    """An HTTP copy of a server list that the plan makes."""

    source: Annotated[ListName, _NAME]
    copy_name: Annotated[ListName, _NAME]


class KeptOrder(Value):
    """The order of a server list that a drill changes for a while."""

    list: Annotated[ListName, _NAME]
    order: Annotated[tuple[tuple[Annotated[ServerName, _NAME], ...], ...], Field(max_length=_MOST)]


class KeptCertificate(Value):
    """Which certificate the plan puts into a server, and which it replaces."""

    server: Annotated[ServerName, _NAME]
    fingerprint: Annotated[Fingerprint, _SHA256]
    replaces: Annotated[Fingerprint, _SHA256]


class KeptOriginals(Value):
    """What a rotation has to put back at a site."""

    site_id: Annotated[SiteId, _OURS]
    site_name: Name
    servers: Annotated[tuple[KeptServer, ...], Field(min_length=1, max_length=_MOST)]
    rotation_id: Annotated[RotationId, _OURS]
    plan_id: Annotated[PlanId, _OURS]
    plan_hash: Annotated[str, _SHA256]
    recorded_at: AwareDatetime
    """When the last of them was recorded: the same originals make the same file."""
    clients: int = Field(ge=0, le=100_000_000)
    pairs: Annotated[tuple[KeptPair, ...], Field(min_length=1, max_length=MOST_PAIRS)]
    copies: Annotated[tuple[KeptCopy, ...], Field(max_length=_MOST)] = ()
    orders: Annotated[tuple[KeptOrder, ...], Field(max_length=_MOST)] = ()
    certificates: Annotated[tuple[KeptCertificate, ...], Field(max_length=_MOST)] = ()
    canaries: Annotated[tuple[Annotated[GroupId, _ID], ...], Field(max_length=MOST_PAIRS)] = ()
    replication_partners: Annotated[tuple[Name, ...], Field(max_length=_MOST)] = ()

    def copy_of(self, source: ListName) -> ListName | None:
        """The name of the HTTP copy of `source`, where the plan makes one."""
        return next((copy.copy_name for copy in self.copies if copy.source == source), None)

    def goes_back(self) -> dict[Pair, tuple[ListName, bool]]:
        """What each pair gets back: server list and secure communications."""
        return {kept.pair: (kept.server_list, kept.secure_communications) for kept in self.pairs}


def kept(
    site: Site, rotation_id: RotationId, plan: Plan, originals: Iterable[OriginalPair], *, recorded_at: AwareDatetime
) -> KeptOriginals:
    """What is kept of `originals`, as amendments have approved them since.

    Raises:
        ValidationError: when there are none, or more than such a file may hold.
    """
    approved = dict(plan.body.pairs(ScopeName.ALL))
    works = [step.work for step in plan.body.steps if isinstance(step, Console)]
    return KeptOriginals(
        site_id=site.id,
        site_name=site.name,
        servers=tuple(KeptServer(name=server.name, address=server.address) for server in site.servers),
        rotation_id=rotation_id,
        plan_id=plan.id,
        plan_hash=plan.hash,
        recorded_at=recorded_at,
        clients=plan.clients,
        pairs=tuple(_kept_pair(original, approved) for original in originals),
        copies=tuple(_kept_copy(copy) for copy in plan.body.copies),
        orders=tuple(
            KeptOrder(list=work.list, order=work.order)
            for work in works
            if isinstance(work, ReorderList) and work.restores
        ),
        certificates=tuple(_kept_certificate(chosen) for chosen in plan.body.certificates),
        canaries=plan.body.canaries,
        replication_partners=plan.body.replication_partners,
    )


def _kept_pair(original: OriginalPair, approved: Mapping[Pair, PlannedPair]) -> KeptPair:
    settings = as_approved(original.settings, approved.get(original.pair))
    return KeptPair(
        group_id=original.pair.group_id,
        group_path=original.group_path,
        location_id=original.pair.location_id,
        location_name=original.location_name,
        server_list=settings.server_list,
        secure_communications=settings.secure_communications,
        mode=settings.mode,
        heartbeat=settings.heartbeat,
        jitter=settings.jitter,
        log_kb=settings.log_kb,
    )


def _kept_copy(copy: ListCopy) -> KeptCopy:
    return KeptCopy(source=copy.source, copy_name=copy.copy_name)


def _kept_certificate(chosen: CertificateFor) -> KeptCertificate:
    return KeptCertificate(server=chosen.server, fingerprint=chosen.fingerprint, replaces=chosen.replaces)
