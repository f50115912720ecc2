"""Clients of another build take a list hours or days later, and no operator looks at one, or none again (rule 10)."""

from dataclasses import replace

from emulator.events.site_events import (
    ApiSilent,
    DatabaseRestored,
    ListAssigned,
    ListEdited,
    PoliciesEditedOften,
    SiteEvent,
)
from emulator.spec import ROOT_GROUP, ClientSpec, Protocol, SiteSpec
from rotation.running.message import Move
from simulation.drawn.scenario import Follows, ScriptedMove, Since, WorkPace
from tests.simulation.holes import DAY, HOUR, MINUTE, OWN_LIST, Hole, hole, of_two_kinds, with_an_old_build

_DAYS = WorkPace(first=40 * HOUR, last=44 * HOUR, work=2 * HOUR)
_SOON = WorkPace(first=5 * MINUTE, last=30 * MINUTE, work=20 * MINUTE)
_COPY = f"{OWN_LIST} (HTTP for certificate rotation)"


def usual_ones_away(list_lag=None, *, since=3 * HOUR) -> SiteSpec:
    """As `of_two_kinds`, whose clients of the usual build leave then, for half a year."""
    spec = of_two_kinds(1, list_lag)
    usual = spec.clients[0].model_copy(update={"count": 3, "away": ((since, since + 182 * DAY),)})
    return spec.model_copy(update={"clients": (usual, *spec.clients[1:])})


def of_three_servers() -> SiteSpec:
    """Three servers; a build takes lists three days late, in a group that fails over and in one that is relaxed."""
    spec = with_an_old_build()
    late = ClientSpec(group=ROOT_GROUP, count=4, prefix="MOVE", build="14.3.5413.3000", list_lag=3 * DAY)
    relaxed = late.model_copy(update={"group": f"{ROOT_GROUP}\\Old", "prefix": "LAG"})
    return spec.model_copy(update={"clients": (*spec.clients, relaxed, late)})


def _claimed(after, site_event: SiteEvent) -> Follows:
    return Follows(since=Since.CLAIM, after=after, site_event=site_event)


def _drilled(of: Hole) -> Hole:
    return replace(of, scenario=of.scenario.model_copy(update={"drill_https": True}))


_TO_HTTPS = ListEdited(group=ROOT_GROUP, protocol=Protocol.HTTPS)
_OWN, _BACK = (ListAssigned(group=ROOT_GROUP, server_list=name) for name in (OWN_LIST, _COPY))
HOLES = (
    hole(
        "every client of one of two builds is left out, and the other build never takes the list", 10, usual_ones_away()
    ),
    hole(
        "two persons roll back, every client of one build is left out, and the other build takes lists two days later",
        10,
        usual_ones_away(2 * DAY, since=8 * DAY),
        pace=WorkPace(first=8 * HOUR, last=10 * HOUR),
    ).acting(ScriptedMove(since=Since.SWAP, after=5 * DAY, move=Move.ROLL_BACK)),
    hole(
        "a copy speaks HTTPS from the claim on, and a build takes the mended list a day later",
        10,
        of_two_kinds(1, DAY),
        _claimed(MINUTE, _TO_HTTPS),
        pace=_DAYS,
    ),
    _drilled(
        hole(
            "behind a drill a copy speaks HTTPS from the claim on, and a build takes the mended list a day later",
            18,
            of_two_kinds(1, DAY),
            _claimed(MINUTE, _TO_HTTPS),
            pace=_DAYS,
        )
    ),
    hole(
        "a list has one server from the first claim on, and a build that fails over takes the mended list a day later",
        18,
        of_two_kinds(3, DAY),
        _claimed(MINUTE, ListEdited(group=ROOT_GROUP, servers=(("SEPM-1",),))),
        pace=_DAYS,
    ),
    hole(
        "the database is put back behind a replacement, and a build takes lists a day later",
        10,
        of_two_kinds(1, DAY),
        Follows(since=Since.SWAP, after=30 * HOUR, site_event=DatabaseRestored()),
        pace=_SOON,
    ),
    hole(
        "another list is assigned for hours while REST is silent, and a build takes lists five hours later",
        10,
        of_two_kinds(1, 5 * HOUR),
        _claimed(MINUTE, ApiSilent(lasting=12 * HOUR)),
        _claimed(2 * MINUTE, _OWN),
        _claimed(8 * HOUR, _BACK),
        pace=_SOON,
    ),
    hole(
        "another list is assigned for a day while a person holds the rotation, and a build takes lists a day later",
        10,
        of_two_kinds(1, DAY),
        _claimed(15 * MINUTE, _OWN),
        _claimed(30 * HOUR, _BACK),
        pace=_DAYS,
    ).acting(ScriptedMove(since=Since.CLAIM, after=5 * MINUTE, move=Move.HOLD)),
    hole(
        "policies are edited every eight hours, a list at the claim, and a build takes lists five hours later",
        10,
        of_two_kinds(1, 5 * HOUR),
        Follows(
            since=Since.BEGIN,
            after=HOUR,
            site_event=PoliciesEditedOften(group=ROOT_GROUP, every=8 * HOUR, times=3000),
        ),
        _claimed(MINUTE, ApiSilent(lasting=12 * HOUR)),
        _claimed(2 * MINUTE, _TO_HTTPS),
        pace=WorkPace(first=8 * HOUR, last=10 * HOUR),
    ),
    hole(
        "a build takes lists three days later, at three servers, with relaxed clients and clients that fail over",
        10,
        of_three_servers(),
    ),
)
