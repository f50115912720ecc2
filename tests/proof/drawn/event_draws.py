"""Draws what happens to a site from a seed: the same seed and span give the same site events at the same moments."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from math import exp
from random import Random
from types import MappingProxyType
from typing import Any

from emulator.events.site_events import (
    AnswersStale,
    ApiSilent,
    CertificateGenerated,
    CertificateRestored,
    ClockSet,
    ComputersAppear,
    ComputersMove,
    ComputersReimaged,
    DatabaseMaintained,
    DatabaseRestored,
    DatabaseSaved,
    GroupAdded,
    GroupMoved,
    HeartbeatSet,
    InheritanceSet,
    ListAssigned,
    ListEdited,
    LocationAdded,
    PoliciesEditedOften,
    PolicyEdited,
    RecordsDoubled,
    RecordShared,
    RowsDoubled,
    Scheduled,
    SecureCommunicationsSet,
    ServerAdded,
    ServerCutOff,
    ServerDies,
    ServerRestarts,
    ServerUpgraded,
    SiteEvent,
    SylinkHandedOut,
)
from emulator.spec import GroupSpec, Protocol, SiteSpec

_MONTH = timedelta(days=30)
_HEARTBEATS = (timedelta(minutes=5), timedelta(minutes=15), timedelta(hours=1), timedelta(hours=4))
_NEWER = "14.3.12154.10000"
_BUILDS = ("14.3.9816.7000", "14.3.9816.7000", "14.0.3752.1000", "14.2.3335.1000")

USUAL: Mapping[str, float] = MappingProxyType(
    {
        "computers_appear": 3,
        "computers_move": 2,
        "computers_reimaged": 1,
        "records_doubled": 1,
        "server_restarts": 1,
        "server_cut_off": 1,
        "clock_set": 0.5,
        "policy_edited": 2,
        "database_maintained": 1,
        "secure_communications_set": 0.3,
        "heartbeat_set": 0.3,
        "list_assigned": 0.3,
        "certificate_generated": 0.1,
        "certificate_restored": 0.1,
        "group_added": 0.3,
        "location_added": 0.2,
        "group_moved": 0.2,
        "inheritance_set": 0.2,
    }
)
"""How often each kind happens in 30 days, on average."""

WIDER = (
    "api_silent",
    "list_edited",
    "policies_edited_often",
    "record_shared",
    "rows_doubled",
    "server_dies",
    "server_upgraded",
    "sylink_handed_out",
)
"""Ordinary administration that may endanger a rotation."""

RARE = ("database_saved", "database_restored", "answers_stale", "server_added")
"""What is rarer, and drawn from the sixth version of the draws on."""


def draw_site_events(
    spec: SiteSpec, seed: int, start: datetime, until: datetime, often: Mapping[str, float] = USUAL
) -> tuple[Scheduled, ...]:
    """What happens to a site between two moments, in order of time. Kinds do not change one another's draws."""
    drawn = []
    for kind, rate in often.items():
        source = Random(f"{seed}/happenings/{kind}")
        for _ in range(_number(source, rate * ((until - start) / _MONTH))):
            at = start + timedelta(seconds=int(source.random() * (until - start).total_seconds()))
            drawn.append(Scheduled(at=at, site_event=_Drawing(spec, source).draw(kind)))
    return tuple(sorted(drawn, key=lambda each: each.at))


def _number(source: Random, average: float) -> int:
    """How often, where it happens `average` times on average (Poisson)."""
    limit, product, number = exp(-average), source.random(), 0
    while product > limit:
        product *= source.random()
        number += 1
    return number


class _Drawing:
    """One site event at one site."""

    def __init__(self, spec: SiteSpec, source: Random) -> None:
        self._spec = spec
        self._source = source

    def draw(self, kind: str) -> SiteEvent:
        makers: dict[str, Callable[[], SiteEvent]] = {
            "computers_appear": self._appear,
            "computers_move": lambda: ComputersMove(group=self._group(), to=self._group(), count=self._few()),
            "computers_reimaged": self._reimaged,
            "records_doubled": lambda: RecordsDoubled(group=self._group(), count=self._few()),
            "server_restarts": lambda: ServerRestarts(server=self._server(), lasting=self._minutes(1, 20)),
            "server_cut_off": self._cut_off,
            "clock_set": lambda: ClockSet(server=self._server(), ahead=self._minutes(-10, 10)),
            "policy_edited": lambda: PolicyEdited(group=self._group()),
            "database_maintained": DatabaseMaintained,
            "secure_communications_set": self._secure,
            "heartbeat_set": self._heartbeat,
            "list_assigned": self._assigned,
            "certificate_generated": lambda: CertificateGenerated(server=self._server()),
            "certificate_restored": lambda: CertificateRestored(server=self._server()),
            "group_added": self._added,
            "location_added": lambda: LocationAdded(group=self._owner().path, name=f"Place {self._number()}"),
            "group_moved": lambda: GroupMoved(group=self._group(), parent=self._group()),
            "api_silent": lambda: ApiSilent(lasting=self._minutes(30, 4 * 24 * 60)),
            "list_edited": self._list_edited,
            "policies_edited_often": self._edited_often,
            "record_shared": lambda: RecordShared(group=self._group()),
            "rows_doubled": lambda: RowsDoubled(group=self._group(), count=self._few()),
            "server_dies": lambda: ServerDies(server=self._second_server()),
            "database_saved": DatabaseSaved,
            "database_restored": DatabaseRestored,
            "answers_stale": self._stale,
            "server_added": lambda: ServerAdded(server=f"SEPM-N{self._number()}"),
            "server_upgraded": lambda: ServerUpgraded(server=self._server(), version=_NEWER),
            "sylink_handed_out": self._handed_out,
            "inheritance_set": lambda: InheritanceSet(group=self._group(), inherits=self._source.random() < 1 / 2),
        }
        return makers[kind]()

    def _stale(self) -> SiteEvent:
        return AnswersStale(lasting=self._minutes(10, 24 * 60), keeps_date=self._source.random() < 1 / 2)

    def _appear(self) -> SiteEvent:
        build, age = self._source.choice(_BUILDS), timedelta(days=self._source.randrange(120))
        return ComputersAppear(group=self._group(), count=self._few(), package_age=age, build=build)

    def _reimaged(self) -> SiteEvent:
        age, keeps = timedelta(days=self._source.randrange(120)), self._source.random() < 1 / 2
        return ComputersReimaged(group=self._group(), count=self._few(), image_age=age, keeps_record=keeps)

    def _cut_off(self) -> SiteEvent:
        product, lasting = self._source.random() < 1 / 2, self._minutes(5, 600)
        return ServerCutOff(server=self._server(), lasting=lasting, from_product=product, from_clients=not product)

    def _secure(self) -> SiteEvent:
        group, enabled = self._owner(), self._source.random() < 1 / 2
        return SecureCommunicationsSet(group=group.path, location=self._location(group), enabled=enabled)

    def _heartbeat(self) -> SiteEvent:
        group, heartbeat = self._owner(), self._source.choice(_HEARTBEATS)
        return HeartbeatSet(group=group.path, location=self._location(group), heartbeat=heartbeat)

    def _assigned(self) -> SiteEvent:
        group, chosen = self._owner(), self._source.choice(self._spec.server_lists).name
        return ListAssigned(group=group.path, location=self._location(group), server_list=chosen)

    def _list_edited(self) -> SiteEvent:
        group, server = self._owner(), self._server()
        where: dict[str, Any] = {"group": group.path, "location": self._location(group)}
        original = self._source.random() < 1 / 2
        edits: tuple[dict[str, Any], ...] = (
            {"protocol": Protocol.HTTPS},
            {"http_ports": {server: 8015}},
            {"https_ports": {server: 8443}},
            {"servers": ((server,),)},
        )
        return ListEdited.model_validate(where | {"original": original} | self._source.choice(edits))

    def _edited_often(self) -> SiteEvent:
        every = self._source.choice(_HEARTBEATS)
        return PoliciesEditedOften(group=self._owner().path, every=every, times=self._source.randint(10, 200))

    def _handed_out(self) -> SiteEvent:
        age, times = timedelta(days=self._source.randrange(60)), self._source.randint(1, 20)
        return SylinkHandedOut(group=self._group(), count=self._few(), age=age, times=times)

    def _added(self) -> SiteEvent:
        return GroupAdded(path=f"{self._group()}\\Added {self._number()}", inherits=self._source.random() < 1 / 2)

    def _group(self) -> str:
        return self._source.choice(self._spec.groups).path

    def _owner(self) -> GroupSpec:
        return self._source.choice([group for group in self._spec.groups if not group.inherits])

    def _location(self, group: GroupSpec) -> str:
        return self._source.choice(group.locations).name

    def _server(self) -> str:
        return self._source.choice(self._spec.servers).name

    def _second_server(self) -> str:
        """Not the first: without the server that answers REST nothing can be read until the site names another one."""
        others = self._spec.servers[1:]
        return self._source.choice(others).name if others else ""

    def _few(self) -> int:
        return self._source.randint(1, 3)

    def _number(self) -> int:
        return self._source.randrange(10_000)

    def _minutes(self, least: int, most: int) -> timedelta:
        return timedelta(minutes=self._source.randint(least, most))
