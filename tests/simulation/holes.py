"""Ordinary administration in which a swap was certified as safe and clients were then cut off, one scenario each."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from emulator.clients.verdict import LostClient
from emulator.events.site_events import (
    HttpPortMoved,
    ListEdited,
    PoliciesEditedOften,
    SecureCommunicationsSet,
    ServerDies,
    ServerUpgraded,
    SylinkHandedOut,
)
from emulator.spec import (
    ROOT_GROUP,
    ClientSpec,
    GroupSpec,
    HandOutSpec,
    ListSpec,
    LocationSpec,
    Protocol,
    RobotSpec,
    ServerSpec,
    SiteSpec,
)
from emulator.state.slips import Mistake, Slip
from emulator.switches import Downloads, MismatchClearsLastServer, RejectedDownload, Switches
from rotation.plan.plan import Plan
from rotation.plan.request import Unproven
from rotation.running.state import Outcome
from rotation.site import Limits
from simulation.drawn.scenario import Follows, Scenario, Since, WorkPace
from simulation.judged.facts import Facts
from simulation.judged.invariants.way_back import the_old_certificate_is_back_in_time
from simulation.played.run import play
from simulation.played.stage import Stage

HOUR, DAY, MINUTE = timedelta(hours=1), timedelta(days=1), timedelta(minutes=1)
OWN_LIST = "Own List"
_SURVEYS_APART = 6 * HOUR
REPORTED_WITHIN = 3 * HOUR + 30 * MINUTE
"""Three heartbeats of these sites, and a poll."""


@dataclass(frozen=True)
class Hole:
    """A way in which clients were cut off."""

    name: str
    rule: int
    """The rule of proof that closes it."""
    scenario: Scenario
    surveyed: timedelta = timedelta(0)
    """For how long the site is surveyed, every few hours, before its plan is made."""
    residual: bool = False
    """Whether nothing shows its clients before the replacement: they are cut off until the old certificate is back."""

    async def played(self) -> Facts:
        """What its rotation came to."""
        return await play(self.scenario, planned=self._planned)

    async def _planned(self, stage: Stage) -> Plan:
        until = stage.clock.now() + self.surveyed
        while stage.clock.now() < until:
            await stage.survey()
            stage.clock.leap_to(stage.clock.now() + _SURVEYS_APART)
        return await stage.plan()


class Shortcoming(NamedTuple):
    """What is not as promised, as a word and as a sentence."""

    kind: str
    message: str


def shortcomings(facts: Facts, *, residual: bool = False) -> list[Shortcoming]:
    """What of a rotation is not as promised; with `residual`, clients that were reported and brought back are."""
    reports = _attention_shown(facts) + _drift_shown(facts)
    unreported = [each for each in facts.lost if not any(_in_time(each, *while_) for while_ in reports)]
    # reported in time, and brought back by the way back that a person took then
    foreseen = residual or bool(facts.shown & {"refusing", "signs-with-former-key"})
    brought_back = facts.outcome is Outcome.ROLLED_BACK and foreseen
    by_us = [each for each in facts.lost if not each.others_did]
    found = [
        Shortcoming("nobody_is_lost", f"{each.name} was lost by what was asked for: {each.why}")
        for each in by_us
        if each in unreported or not (each.healed and brought_back)
    ]
    found.extend(
        Shortcoming("nobody_refuses", f"{each.name} is seen at the end and takes nothing: {each.why}")
        for each in facts.refusing
    )
    found.extend(
        Shortcoming("nobody_is_shut_out", f"{name} could get in only at a server that is down for good")
        for name in sorted(facts.shut_out)
    )
    found.extend(
        Shortcoming("it_ends_as_it_began", f"the HTTPS client port of {name} is shut at the end")
        for name in sorted(facts.after.shut)
    )
    found.extend(
        Shortcoming("it_ends_as_it_began", f"the services of {name} are stopped at the end")
        for name in sorted(facts.after.halted)
    )
    if facts.unfinished:
        found.append(Shortcoming("it_ends", f"it had no way out: {facts.unfinished}"))
    late = [each for each in unreported if each.others_did]
    found.extend(
        Shortcoming("it_is_told_in_time", f"{each.name} failed from {each.first_failed} on, and no attention said so")
        for each in late
    )
    back = the_old_certificate_is_back_in_time(facts)
    found.extend(Shortcoming(each.invariant, f"{each.subject}: {each.message}") for each in back)
    return found


def _attention_shown(facts: Facts) -> list[tuple[datetime, datetime]]:
    """From when to when attention was shown: clients that refuse their policy until the way back is at its end."""
    return [
        (event.at, facts.ended if event.data.get("code") == "refusing" else event.at)
        for event in facts.trail
        if event.kind == "attention"
    ]


def _drift_shown(facts: Facts) -> list[tuple[datetime, datetime]]:
    """From when to when each drift was shown as attention: until it was over, or the rotation was."""
    over = [(event.at, event.data["subject"]) for event in facts.trail if event.kind in {"drift-over", "repaired"}]
    return [
        (
            event.at,
            min(
                (at for at, subject in over if subject == event.data["subject"] and at > event.at), default=facts.ended
            ),
        )
        for event in facts.trail
        if event.kind == "drift"
    ]


def _in_time(client: LostClient, begun: datetime, over: datetime) -> bool:
    """Whether a report came soon enough, and was still shown when the client began to fail."""
    return begun <= client.first_failed + REPORTED_WITHIN and over >= client.first_failed


def site(
    servers: int = 1,
    clients: int = 8,
    *,
    https_port: int = 0,
    http_port: int = 0,
    heartbeat: timedelta = HOUR,
    **more,
) -> SiteSpec:
    """A site whose clients use a list of its own, with an hourly heartbeat where no other is given."""
    names = tuple(f"SEPM-{number + 1}" for number in range(servers))
    location = LocationSpec(heartbeat=heartbeat, randomization=heartbeat / 6, server_list=OWN_LIST)
    return SiteSpec(
        name="Site",
        seed=3,
        database_shared=servers > 1,
        servers=tuple(ServerSpec(name=name, https_port=https_port, http_port=http_port) for name in names),
        server_lists=(ListSpec(priorities=(names,)), ListSpec(name=OWN_LIST, priorities=(names,))),
        groups=(GroupSpec(path=ROOT_GROUP, locations=(location,)),),
        clients=(ClientSpec(group=ROOT_GROUP, count=clients),),
        **more,
    )


def hole(
    name: str,
    rule: int,
    spec: SiteSpec,
    *follows: Follows,
    pace: WorkPace | None = None,
    unproven: Unproven = Unproven.APPROVE,
    surveyed: timedelta = timedelta(0),
    residual: bool = False,
) -> Hole:
    """A hole with people at their usual pace where no other is given, and a holdout of two days where there is one."""
    limits, pace = Limits(purge_after=None, holdout_minimum=2 * DAY), pace or WorkPace()
    scenario = Scenario(seed=3, spec=spec, limits=limits, unproven=unproven, follows=follows, pace=pace)
    return Hole(name, rule, scenario, surveyed, residual)


def roaming() -> SiteSpec:
    """As `site`, of three servers and one far away, with clients that are elsewhere half the day.

    The list that they use there has SEPM-1 and the server far away, which they do not reach.
    """
    spec, far = site(4, 4), "Far List"
    own = ListSpec(name=OWN_LIST, priorities=(tuple(server.name for server in spec.servers[:3]),))
    root = spec.groups[0]
    elsewhere = root.locations[0].model_copy(update={"name": "Elsewhere", "server_list": far})
    roamers = ClientSpec(
        group=ROOT_GROUP, count=6, prefix="ROAM", roams_to="Elsewhere", roams_reaching=frozenset({"SEPM-1"})
    )
    return spec.model_copy(
        update={
            "server_lists": (spec.server_lists[0], own, ListSpec(name=far, priorities=(("SEPM-1", "SEPM-4"),))),
            "groups": (root.model_copy(update={"locations": (*root.locations, elsewhere)}),),
            "clients": (*spec.clients, roamers),
        }
    )


def of_two_kinds(
    servers: int = 1, list_lag: timedelta | None = 2 * DAY, away: tuple[tuple[timedelta, timedelta], ...] = ()
) -> SiteSpec:
    """As `site`, with clients of an agent that takes the policy at once, and the server list later; None: never."""
    spec = site(servers)
    others = ClientSpec(group=ROOT_GROUP, count=5, prefix="OTHER", build="14.3.5413.3000", list_lag=list_lag, away=away)
    return spec.model_copy(update={"clients": (*spec.clients, others)})


def coming_back_between(**switches) -> SiteSpec:
    """As `site`, of three servers that sign with their former key, whose clients take the list before the policy.

    A client that finds an unknown certificate takes the list from another server, and goes back to the replaced one
    for the policy.
    """
    known = Switches(
        stale_sig_files=True,
        downloads=Downloads.LIST_FIRST,
        rejected_download=RejectedDownload.SILENT,
        mismatch_clears_last_server=MismatchClearsLastServer.AFTER_24H,
        **switches,
    )
    return site(3, 40, switches=known)


def with_an_old_build() -> SiteSpec:
    """As `site`, of three servers, with a group of clients that fail over nowhere and are relaxed around each wave."""
    spec, old = site(3, 6), f"{ROOT_GROUP}\\Old"
    group = GroupSpec(path=old, locations=spec.groups[0].locations)
    clients = ClientSpec(group=old, count=3, prefix="OLD", build="14.2.1.0")
    return spec.model_copy(update={"groups": (*spec.groups, group), "clients": (*spec.clients, clients)})


_SOON = WorkPace(first=20 * MINUTE, last=40 * MINUTE, work=20 * MINUTE)
_OLD_SYLINK = SylinkHandedOut(group=ROOT_GROUP, count=8, age=30 * DAY, times=30)
_SCRIPT = HandOutSpec(name="Script")
_OFTEN = SylinkHandedOut(group=ROOT_GROUP, count=8, age=30 * DAY, every=20 * MINUTE, times=300, hand_out=_SCRIPT.name)
_UPGRADE = ServerUpgraded(server="SEPM-1", version="14.3.12154.10000")

HOLES = (
    *(
        hole(
            f"contact is taken for acceptance ({kind})",
            11,
            site(3, 40, switches=Switches(stale_sig_files=True, rejected_download=kind)),
        )
        for kind in RejectedDownload
    ),
    *(
        hole(
            f"the dates of stale signatures look new ({kind})",
            24,
            site(3, 40, switches=Switches(stale_sig_files=True, stale_sig_dates=False, rejected_download=kind)),
        )
        for kind in RejectedDownload
    ),
    hole("clients come back to a replaced server between list and policy", 24, coming_back_between()),
    hole(
        "clients come back between list and policy, and the dates look new",
        24,
        coming_back_between(stale_sig_dates=False),
    ),
    hole(
        "roamers use a list whose other server they never reach",
        21,
        roaming(),
        unproven=Unproven.RELAX,
        surveyed=10 * DAY,
    ),
    hole(
        "the copy of a list speaks HTTPS when the certificate is replaced",
        18,
        site(),
        Follows(since=Since.CLAIM, site_event=ListEdited(group=ROOT_GROUP, protocol=Protocol.HTTPS)),
    ),
    hole(
        "the original list gives another port when it is put back",
        18,
        site(),
        Follows(
            since=Since.SWAP,
            after=MINUTE,
            site_event=ListEdited(group=ROOT_GROUP, original=True, https_ports={"SEPM-1": 8443}),
        ),
    ),
    hole(
        "a list loses its other servers when one of them is replaced",
        18,
        site(3, 12),
        Follows(since=Since.CLAIM, site_event=ListEdited(group=ROOT_GROUP, servers=(("SEPM-1",),))),
    ),
    hole(
        "secure communications are ticked three minutes after the claim",
        19,
        site(),
        Follows(
            since=Since.CLAIM, after=3 * MINUTE, site_event=SecureCommunicationsSet(group=ROOT_GROUP, enabled=True)
        ),
    ),
    hole(
        "secure communications are ticked after the claim of somebody who works for a quarter of an hour",
        19,
        site(heartbeat=5 * MINUTE),
        Follows(since=Since.CLAIM, site_event=SecureCommunicationsSet(group=ROOT_GROUP, enabled=True)),
        pace=_SOON,
    ),
    hole(
        "the last holdout dies",
        20,
        site(3, 12),
        Follows(since=Since.SWAP, after=2 * DAY, site_event=ServerDies(server="SEPM-3")),
    ),
    hole(
        "the last holdout dies where a group must be relaxed around it",
        20,
        with_an_old_build(),
        Follows(since=Since.SWAP, after=2 * DAY, site_event=ServerDies(server="SEPM-3")),
    ),
    hole(
        "the only other server dies before a replacement is claimed",
        20,
        site(2),
        Follows(since=Since.BEGIN, after=10 * HOUR + 33 * MINUTE, site_event=ServerDies(server="SEPM-2")),
    ),
    hole(
        "the only other server dies while a replacement is claimed",
        20,
        site(2),
        Follows(since=Since.BEGIN, after=11 * HOUR, site_event=ServerDies(server="SEPM-2")),
    ),
    hole(
        "a server dies before its turn, and another one is to be replaced after it",
        20,
        site(3, 12),
        Follows(since=Since.SWAP, after=MINUTE, site_event=ServerDies(server="SEPM-2")),
    ),
    hole(
        "relaxed clients fall silent behind the swap",
        22,
        site(),
        Follows(since=Since.SWAP, after=MINUTE, site_event=HttpPortMoved(server="SEPM-1", port=8015)),
    ),
    hole(
        "serials move as often as clients check in",
        23,
        site(),
        Follows(since=Since.BEGIN, site_event=PoliciesEditedOften(group=ROOT_GROUP, every=HOUR, times=2000)),
    ),
    hole(
        "a script hands out an old Sylink.xml each day",
        26,
        site(),
        Follows(since=Since.SWAP, after=HOUR, site_event=_OLD_SYLINK),
    ),
    hole(
        "a script hands out an old Sylink.xml up to the replacement",
        26,
        site(hand_outs=(_SCRIPT,)),
        Follows(since=Since.BEGIN, after=HOUR, site_event=_OFTEN),
    ),
    hole(
        "a script that nobody knows of hands out an old Sylink.xml up to the replacement",
        26,
        site(hand_outs=(_SCRIPT.model_copy(update={"known": False}),)),
        Follows(since=Since.BEGIN, after=HOUR, site_event=_OFTEN),
        residual=True,
    ),
    hole(
        "a person says that a script is stopped, and it hands out an old Sylink.xml up to the replacement",
        26,
        site(hand_outs=(_SCRIPT,), robot=RobotSpec(slips=(Slip(mistake=Mistake.LEAVES_RUNNING),))),
        Follows(since=Since.BEGIN, after=HOUR, site_event=_OFTEN),
        residual=True,
    ),
    hole(
        "an upgrade resets the ports of a server",
        27,
        site(https_port=8443),
        Follows(since=Since.BEGIN, after=4 * HOUR, site_event=_UPGRADE),
    ),
    hole(
        "an upgrade resets the plain HTTP port before clients are relaxed",
        27,
        site(http_port=8015),
        Follows(since=Since.BEGIN, after=4 * HOUR, site_event=_UPGRADE),
    ),
)
