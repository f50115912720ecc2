"""Certificates and ports that change while a rotation waits, above all before settings are put back (rules 12b, 27)."""

from collections.abc import Iterator
from datetime import timedelta
from functools import partial

from emulator.events.site_events import (
    ApiSilent,
    CertificateGenerated,
    CertificateRestored,
    HttpPortMoved,
    SecureCommunicationsSet,
    SiteEvent,
)
from emulator.spec import ROOT_GROUP, ClientSpec, SiteSpec
from emulator.switches import Downloads, PatchSecureCommunications, PatchSemServer, Switches
from rotation.plan.request import Unproven
from rotation.running.message import Move
from simulation.drawn.scenario import Follows, ScriptedMove, Since, WorkPace
from tests.simulation.holes import DAY, HOUR, MINUTE, Hole, hole, of_two_kinds, site, with_an_old_build
from tests.simulation.image_holes import with_images
from tests.simulation.world_holes import relaxed_of_two

SLOW = WorkPace(first=6 * HOUR, last=8 * HOUR)
"""People who take a task up hours after it was opened."""
AT_WORK = WorkPace(first=20 * MINUTE, last=40 * MINUTE, work=8 * HOUR)
"""People who take hours for a task that they hold."""
_COMMUNICATIONS = Switches(patch_secure_communications=PatchSecureCommunications.IGNORED)
_LISTS = Switches(patch_sem_server=PatchSemServer.REFUSED)
_EVENTS: tuple[SiteEvent, ...] = (CertificateRestored(server="SEPM-1"), CertificateGenerated(server="SEPM-1"))


def _holes() -> Iterator[Hole]:
    for event in _EVENTS:
        for name, spec, after, pace in _cases():
            follows = Follows(since=Since.RESTORE, after=after, site_event=event)
            yield hole(f"{event.site_event}: {name}", 12, spec, follows, pace=pace)


def _cases() -> Iterator[tuple[str, SiteSpec, timedelta, WorkPace | None]]:
    yield "machines from an image are waited for", with_images(1, 2 * HOUR), 20 * MINUTE, None
    by_hand = site(switches=_COMMUNICATIONS)
    yield "no operator has claimed secure communications by hand", by_hand, 3 * HOUR, SLOW
    yield "an operator has claimed secure communications by hand", by_hand, 3 * HOUR, AT_WORK
    yield "an operator has lists by hand", site(switches=_LISTS), 5 * HOUR, SLOW
    two_builds = of_two_kinds().model_copy(update={"switches": _COMMUNICATIONS})
    yield "a build takes its lists days later", two_builds, 2 * HOUR, SLOW
    three_servers = with_an_old_build().model_copy(update={"switches": _COMMUNICATIONS})
    yield "a group is relaxed at a site of three servers", three_servers, 2 * HOUR, SLOW


def _two_changes(event: SiteEvent) -> Hole:
    """What the service would put right has clients verify: it waits for the certificate, and for the clients."""
    off = SecureCommunicationsSet(group=ROOT_GROUP, enabled=False)
    return hole(
        f"{event.site_event}: secure communications were turned off half an hour before",
        12,
        site(),
        Follows(since=Since.RESTORE, after=90 * MINUTE, site_event=off),
        Follows(since=Since.RESTORE, after=120 * MINUTE, site_event=event),
    )


def _off_meanwhile() -> Hole:
    """A client comes while the former certificate is in, and next when clients have been made to verify.

    It takes the policy before the list with the new certificate.
    """
    spec = site(switches=_COMMUNICATIONS.model_copy(update={"downloads": Downloads.POLICY_FIRST}))
    left = ClientSpec(group=ROOT_GROUP, count=1, prefix="LEFT", away=((78 * HOUR, 130 * HOUR),))
    return hole(
        "certificate_restored: a client takes the former certificate, and is off until others verify",
        12,
        spec.model_copy(update={"clients": (*spec.clients, left)}),
        Follows(since=Since.RESTORE, after=3 * HOUR, site_event=_EVENTS[0]),
        pace=SLOW,
    )


def _before_its_turn() -> Hole:
    """A server whose turn has not come has another certificate for a while; a relaxed client takes it and is off."""
    spec = with_an_old_build()
    old = spec.groups[-1].path
    left = ClientSpec(group=old, count=3, prefix="LEFT", build="14.2.1.0", away=((124 * HOUR, 139 * HOUR),))
    switches = _COMMUNICATIONS.model_copy(update={"downloads": Downloads.POLICY_FIRST})
    return hole(
        "certificate_generated: the turn of the server has not come, and a client is off meanwhile",
        12,
        spec.model_copy(update={"switches": switches, "clients": (*spec.clients, left)}),
        Follows(since=Since.RESTORE, after=2 * HOUR, site_event=CertificateGenerated(server="SEPM-3")),
        pace=SLOW,
    )


def _in_a_long_wait(event: SiteEvent, left_at: timedelta = 48 * HOUR, since: Since = Since.SWAP) -> Hole:
    """One client is away for weeks while all others verify, or are relaxed; no look of the rotation comes for days."""
    spec = site()
    left = ClientSpec(group=ROOT_GROUP, count=1, prefix="LEFT", away=((left_at, left_at + 25 * DAY),))
    return hole(
        f"{event.site_event}: one client is waited for",
        12,
        spec.model_copy(update={"clients": (*spec.clients, left)}),
        Follows(since=since, after=5 * DAY, site_event=event),
        unproven=Unproven.RELAX,
    )


def _before_the_first(since: Since, after: timedelta, away: timedelta) -> Hole:
    """Another certificate is in the last server for a while; no other one is left that such a client trusts.

    Three clients go off meanwhile. They fail over, and have learned the certificate from the first server.
    """
    spec = site(2, 10)
    left = ClientSpec(group=ROOT_GROUP, count=3, prefix="LEFT", away=((away, away + 45 * DAY),))
    return hole(
        f"certificate_generated: {after} after {since.value}, before the first replacement of a group that fails over",
        12,
        spec.model_copy(update={"clients": (*spec.clients, left)}),
        Follows(since=since, after=after, site_event=CertificateGenerated(server="SEPM-2")),
        pace=WorkPace(first=5 * MINUTE, last=2 * HOUR),
    )


def _while_made_to_verify() -> Iterator[Hole]:
    """Clients take the policy that verifies together with another certificate, and trust no other from then on."""
    quick = WorkPace(first=5 * MINUTE, last=20 * MINUTE)
    for event in _EVENTS:
        known = partial(_made_to_verify, event)
        yield known("it is put right hours later", site())
        yield known("people take it up days later", site(), pace=WorkPace(first=3 * DAY, last=4 * DAY))
        yield known("policy first", site(switches=Switches(downloads=Downloads.POLICY_FIRST)))
        yield known("two servers", relaxed_of_two())
        yield known("a build takes its lists days later", of_two_kinds())
        again = Follows(since=Since.RESTORE, after=10 * HOUR, site_event=event)
        yield known("settings go back a second time", site(), again)
        silent = Follows(since=Since.RESTORE, after=20 * MINUTE, site_event=ApiSilent(lasting=6 * HOUR))
        yield known("REST is silent for hours", site(), silent)
        for after in (30 * MINUTE, 2 * HOUR):
            back = ScriptedMove(since=Since.RESTORE, after=after, move=Move.ROLL_BACK)
            case = known(f"a person rolls back {after} after the first setting", site(), pace=quick)
            yield case.acting(back, longest=150 * DAY)
        back = ScriptedMove(since=Since.SWAP, after=2 * HOUR, move=Move.ROLL_BACK)
        yield known("on the way back", site()).acting(back, longest=150 * DAY)


def _made_to_verify(event: SiteEvent, name: str, spec: SiteSpec, *more: Follows, pace: WorkPace | None = None) -> Hole:
    follows = Follows(since=Since.RESTORE, after=20 * MINUTE, site_event=event)
    return hole(f"{event.site_event}: clients are made to verify, and {name}", 12, spec, follows, *more, pace=pace)


def _before_relaxing(spec: SiteSpec, servers: str) -> Hole:
    """The HTTP port closes while the preparation goes on, and is opened again days later."""
    names = [each.name for each in spec.servers]
    moved = [Follows(since=Since.BEGIN, after=8 * HOUR, site_event=HttpPortMoved(server=n, port=8099)) for n in names]
    back = [Follows(since=Since.BEGIN, after=50 * HOUR, site_event=HttpPortMoved(server=n, port=8014)) for n in names]
    return hole(f"http_port_moved: before clients are relaxed ({servers})", 27, spec, *moved, *back, pace=SLOW)


def _while_clients_are_relaxed(pace: WorkPace) -> Hole:
    """The HTTP port closes after the look, and before the operator assigns the HTTP lists."""
    moved = Follows(since=Since.BEGIN, after=26 * HOUR, site_event=HttpPortMoved(server="SEPM-1", port=8099))
    back = Follows(since=Since.BEGIN, after=3 * DAY, site_event=HttpPortMoved(server="SEPM-1", port=8014))
    name = f"http_port_moved: an operator is to assign the HTTP lists ({pace.work})"
    return hole(name, 27, site(switches=_LISTS), moved, back, pace=pace)


def _while_a_task_is_open(pace: WorkPace, after: timedelta) -> Hole:
    """Relaxed clients have no other way in; the operator has the .SIG files to compare for hours."""
    moved = HttpPortMoved(server="SEPM-1", port=8099)
    follows = Follows(since=Since.SWAP, after=after, site_event=moved)
    return hole(f"http_port_moved: an operator takes hours ({pace.work})", 27, site(), follows, pace=pace)


def _while_a_wish_waits(since: Since, *events: tuple[timedelta, SiteEvent]) -> Hole:
    """A roll-back waits five days for its second person, and the rotation looks at nothing meanwhile."""
    slow = WorkPace(first=5 * DAY, last=5 * DAY + HOUR)
    follows = (Follows(since=since, after=after, site_event=event) for after, event in events)
    case = hole(f"{events[0][1].site_event}: a wish to roll back waits for days", 12, site(), *follows, pace=slow)
    wish = ScriptedMove(since=since, after=4 * HOUR, move=Move.ROLL_BACK)
    return case.acting(wish, longest=150 * DAY)


HOLES = (
    *_holes(),
    *_while_made_to_verify(),
    _before_relaxing(site(), "one server"),
    _before_relaxing(with_an_old_build(), "three servers"),
    _while_clients_are_relaxed(SLOW),
    _while_clients_are_relaxed(WorkPace(first=HOUR, last=2 * HOUR, work=10 * HOUR)),
    _before_the_first(Since.BEGIN, 2 * HOUR, 3 * HOUR + 40 * MINUTE),
    _before_the_first(Since.BEGIN, 5 * HOUR, 6 * HOUR + 40 * MINUTE),
    _before_the_first(Since.CLAIM, 5 * MINUTE, 9 * HOUR),
    *map(_two_changes, _EVENTS),
    _off_meanwhile(),
    _before_its_turn(),
    *map(_in_a_long_wait, _EVENTS),
    _in_a_long_wait(HttpPortMoved(server="SEPM-1", port=8099), 10 * HOUR, Since.BEGIN),
    _while_a_task_is_open(WorkPace(first=14 * HOUR, last=15 * HOUR), 5 * HOUR),
    _while_a_task_is_open(AT_WORK, 5 * HOUR),
    _while_a_wish_waits(Since.RESTORE, (5 * HOUR, CertificateGenerated(server="SEPM-1"))),
    _while_a_wish_waits(
        Since.SWAP,
        (5 * HOUR, HttpPortMoved(server="SEPM-1", port=8099)),
        (4 * DAY, HttpPortMoved(server="SEPM-1", port=8014)),
    ),
)
