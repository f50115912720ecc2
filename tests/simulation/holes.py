"""What scenarios are made of in which clients were cut off: sites, a hole, and what is not as promised in one."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import NamedTuple

from emulator.clients.verdict import LostClient
from emulator.spec import (
    ROOT_GROUP,
    ClientSpec,
    GroupSpec,
    ListSpec,
    LocationSpec,
    ServerSpec,
    SiteSpec,
)
from emulator.switches import Downloads, MismatchClearsLastServer, RejectedDownload, Switches
from rotation.plan.plan import Plan
from rotation.plan.request import Unproven
from rotation.running.attention import SITE_MOVED
from rotation.running.state import Outcome
from rotation.site import Limits
from service.open_swaps import WATCH
from simulation.drawn.scenario import Follows, Scenario, ScriptedMove, WorkPace
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
    only: frozenset[str] = frozenset()
    """The servers that get a new certificate; empty: all of them."""

    def acting(self, *acts: ScriptedMove, longest: timedelta | None = None) -> "Hole":
        """The same, with moves that a person makes unasked; `longest` as the scenario has it where none is given."""
        update = {"acts": acts, "longest": longest or self.scenario.longest}
        return replace(self, scenario=self.scenario.model_copy(update=update))

    async def played(self) -> Facts:
        """What its rotation came to."""
        return await play(self.scenario, planned=self._planned)

    async def _planned(self, stage: Stage) -> Plan:
        until = stage.clock.now() + self.surveyed
        while stage.clock.now() < until:
            await stage.survey()
            stage.clock.leap_to(stage.clock.now() + _SURVEYS_APART)
        for server in (set(stage.certificates) - self.only) if self.only else ():
            del stage.certificates[server]
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
    brought_back = facts.outcome is Outcome.ROLLED_BACK and residual
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
    """From when to when attention was shown.

    Clients that refuse their policy until the way back is at its end; what the watch saw until a person has answered.
    """
    answers = [event.at for event in facts.trail if event.kind == "message" and WATCH not in event.message]
    until = {
        "refusing": lambda _: facts.ended,
        SITE_MOVED: lambda begun: min((at for at in answers if at > begun), default=facts.ended),
    }
    return [
        (event.at, until.get(event.data.get("code", ""), lambda begun: begun)(event.at))
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


OTHER = f"{ROOT_GROUP}\\Other"
BELOW = f"{OTHER}\\Below"


def with_another_group(spec: SiteSpec) -> SiteSpec:
    """As that site, with a second group that owns its settings, of the same list, and one that inherits from it."""
    other = GroupSpec(path=OTHER, locations=spec.groups[0].locations)
    clients = ClientSpec(group=OTHER, count=4, prefix="OTHER"), ClientSpec(group=BELOW, count=3, prefix="BELOW")
    update = {
        "groups": (*spec.groups, other, GroupSpec(path=BELOW, inherits=True)),
        "clients": (*spec.clients, *clients),
    }
    return spec.model_copy(update=update)
