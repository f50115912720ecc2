"""What is known of a simulated rotation when it has been played: both sides, the product's and the site's own."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

from emulator.clients.verdict import LostClient, RefusingClient
from emulator.clients.ways import Known
from emulator.simulation import Simulation
from emulator.state.effects import Actor, EffectView
from emulator.state.slips import MadeSlip
from rotation.finding import Finding
from rotation.plan.plan import Plan, PlanBody
from rotation.plan.work.task import ConsoleTask
from rotation.running.state import Outcome, RotationState
from rotation.values import ClientId, Fingerprint, ServerName, TaskId
from simulation.drawn.scenario import Scenario
from store.rotation.events import Event

Settings = dict[tuple[str, str], tuple[str, bool]]
"""By (group path, location): the assigned list and whether secure communications are on."""


@dataclass(frozen=True)
class SiteFacts:
    """The site as it really is at one moment."""

    settings: Settings
    lists: frozenset[str]
    served: dict[ServerName, Fingerprint]
    log_sizes: dict[tuple[str, str], int] = field(default_factory=dict)
    """Of every pair, how large its clients' system log may become: what moves a policy (rule 24b)."""
    stopped: frozenset[str] = frozenset()
    """What hands out Sylink.xml, and is stopped (rule 26)."""
    shut: frozenset[ServerName] = frozenset()
    """Servers whose HTTPS client port a firewall shuts (rule 18)."""
    down: frozenset[ServerName] = frozenset()
    """Servers that do not run."""
    halted: frozenset[ServerName] = frozenset()
    """Those of them that a person has stopped, and that start when they are started (rule 18)."""


class CutOff(NamedTuple):
    """A client that had a way to the site before a replacement, and none after it, whether it notices or not."""

    swap: EffectView
    client: Known


@dataclass(frozen=True)
class Facts:
    """One rotation, played."""

    scenario: Scenario
    refused: tuple[Finding, ...]
    """Why no plan was made; then nothing was played."""
    plan: Plan | None
    state: RotationState | None
    """As the run loop left it; its body is the plan with every approved amendment."""
    unfinished: str
    """Why the simulation gave up on it; empty when the rotation ended."""
    began: datetime
    ended: datetime
    before: SiteFacts
    after: SiteFacts
    trail: tuple[Event, ...]
    tasks: tuple[ConsoleTask, ...]
    journal: tuple[EffectView, ...]
    """Every effect on the site, in order."""
    lost: tuple[LostClient, ...]
    """Each client that was ever lost, by its first loss."""
    lost_again: tuple[LostClient, ...]
    """Those that had found back and are lost in the end, by that loss. One in between that has healed is not known."""
    clients: int
    refusing: tuple[RefusingClient, ...]
    """Clients that servers see at the end, and that take nothing of what they publish."""
    shut_out: frozenset[str]
    """The names of clients that could get in only at a server that is down for good."""
    named_at: dict[ClientId, datetime]
    """When clients were left out by name, in the plan or in a gate."""
    trusted_at: dict[ClientId, datetime] = field(default_factory=dict)
    """When a person took clients to fail over, by name, in the plan or in an amendment."""
    output: tuple[str, ...] = ()
    """What was stored or sent, as text, where the output was recorded."""
    secrets: frozenset[str] = frozenset()
    """Texts that it must not have."""
    last_plan: Plan | None = None
    """The plan that ran last: `plan`, or its last amendment with the findings that were approved with it."""
    cut_off: tuple[CutOff, ...] = ()
    """Clients that a replacement that was asked for has left without a way, by the emulator's own truth."""
    slips: tuple[MadeSlip, ...] = ()
    """The mistakes that were made at the console, in order."""
    shown: frozenset[str] = frozenset()
    """The codes of all attention and refusals that people were shown."""

    accepted: frozenset[str] = frozenset()
    """What people have accepted of what they were asked about, some of which they were shown by its number only."""

    claims: dict[TaskId, datetime] = field(default_factory=dict)
    """By task of which the site is watched, when it was last granted to the operator who claimed it."""
    begins: dict[TaskId, datetime] = field(default_factory=dict)
    """By such a task, when the site was last looked at for the operator who was about to begin."""

    @property
    def outcome(self) -> Outcome | None:
        """How it ended; None when it did not."""
        return self.state.outcome if self.state else None

    @property
    def losses(self) -> tuple[LostClient, ...]:
        """The first loss of each client, and the one that lasts where it is another."""
        return (*self.lost, *self.lost_again)

    @property
    def body(self) -> PlanBody | None:
        """What ran, amendments included."""
        return self.last_plan.body if self.last_plan else None

    @property
    def left_out(self) -> frozenset[ClientId]:
        """The clients that were left out by name."""
        return frozenset(self.named_at)

    @property
    def duration(self) -> timedelta:
        """From the beginning of the rotation to its end."""
        return self.ended - self.began

    @property
    def client_time(self) -> timedelta:
        """The time that all clients together lived through."""
        return self.clients * self.duration

    @property
    def exposure(self) -> timedelta:
        """How long secure communications were off somewhere, where they had been on."""
        off: set[tuple[str, ...]] = set()
        since, total = self.began, timedelta(0)
        for effect in self.journal:
            if not effect.kind.endswith(".secure_communications"):
                continue
            *pair, value = effect.subject
            was_off = bool(off)
            off = off | {tuple(pair)} if value == "false" else off - {tuple(pair)}
            if off and not was_off:
                since = effect.at
            elif was_off and not off:
                total += effect.at - since
        return total + (self.ended - since if off else timedelta(0))

    def by_the_product(self, kind: str) -> tuple[EffectView, ...]:
        """The effects of that kind that the product asked for, over REST or as a console task."""
        return tuple(each for each in self.journal if each.kind == kind and each.actor.asked)

    @property
    def unasked(self) -> tuple[EffectView, ...]:
        """The effects that were not asked for, without SEPM's own upkeep."""
        return tuple(each for each in self.journal if not each.actor.asked and each.actor is not Actor.UPKEEP)


def site_facts(simulation: Simulation) -> SiteFacts:
    """What the site is now. Pairs of groups that own their settings: the others follow."""
    site = simulation.site
    return SiteFacts(
        settings={
            (group.path, location.name): (
                site.server_lists[group.settings[location.id].server_list].name,
                group.settings[location.id].secure_communications,
            )
            for group in site.groups.values()
            if not group.inherits
            for location in group.locations
        },
        lists=frozenset(each.name for each in site.server_lists.values()),
        served={ServerName(each.name): Fingerprint(each.credential.fingerprint) for each in site.servers.values()},
        log_sizes={(group.path, place.name): settings.log_kb for group, place, settings in site.pairs()},
        stopped=frozenset(each.spec.name for each in site.hand_outs.known if each.stopped),
        shut=frozenset(ServerName(each.name) for each in site.servers.values() if each.https_shut),
        down=frozenset(ServerName(each.name) for each in site.servers.values() if not each.up),
        halted=frozenset(
            ServerName(each.name)
            for each in site.servers.values()
            if each.stopped and site.effects.journal[each.stopped_by].kind == "console.stop_server"
        ),
    )
