"""Mutations of who is counted: rules 1 to 4, and clients that are merely online."""

from collections.abc import Iterable, Mapping
from datetime import timedelta

from activities.gate import denominator
from rotation.plan.step import GatePurpose
from rotation.planning import planner
from rotation.proof import coverage, reading
from rotation.proof.verdict import GateRule, Reason, RosterEntry, Verdict
from rotation.values import ClientId, GroupId
from simulation.drawn.faults import Faults
from simulation.drawn.scenario import Profile
from tests.proof import where
from tests.proof.mutation import mutation


@mutation(rule="1", replaces=denominator.roster_entries, where=where.about(Profile.DEPARTURES), faults=Faults.UNKNOWN)
async def who_is_silent_for_days_is_not_counted(original, world, *args):
    """The denominator shrinks by itself: who has been silent for three days is no longer in it."""
    since = world.clock() - timedelta(days=3)
    entries = await original(world, *args)
    return [entry for entry in entries if entry.observed and (entry.observed.last_seen or since) > since]


@mutation(rule="2", replaces=reading.judge_all, where=where.about(Profile.DEPARTURES), faults=Faults.UNKNOWN)
def a_filtered_reading_passes_a_gate(
    original, entries: Iterable[RosterEntry], by_owner: Mapping[GroupId, GateRule], evidence: Mapping[ClientId, object]
):
    """The gate is read as with `lastUpdate`: only clients that have reported of late are in the reading."""
    read = list(entries)
    seen = [entry.observed.last_seen for entry in read if entry.observed and entry.observed.last_seen]
    since = max(seen) - timedelta(hours=2) if seen else None
    recent = [e for e in read if since and e.observed and e.observed.last_seen and e.observed.last_seen >= since]
    return original(recent, by_owner, evidence)


@mutation(rule="3", replaces=coverage._safe, where=where.about(Profile.DEPARTURES), faults=Faults.UNKNOWN)
def patience_for_relaxed_clients_comes_after_the_swap(original, entry, rule, kept):
    """A relaxed client that is away does not hold gate A8: it is left to the holdout, to which it cannot turn."""
    if rule.purpose is GatePurpose.RELAXED and not rule.canary and coverage._was_away(entry, rule):
        return Verdict.SAFE, Reason.PROTECTED_BY_HOLDOUT
    return original(entry, rule, kept)


@mutation(
    rule="4",
    replaces=planner._choices,
    where=where.about(Profile.IMAGES, where.has_images),
    faults=Faults.UNKNOWN,
)
def images_are_not_refreshed(original, *args, **named):
    """Golden images and install packages stay as they are: machines made from them start with the old policy."""
    return original(*args, **named).model_copy(update={"image_groups": ()})


@mutation(rule="issue", replaces=coverage._proven, where=where.about(Profile.DEPARTURES), faults=Faults.UNKNOWN)
def who_is_online_counts_as_covered(original, entry, rule, kept):
    """A client that SEPM shows as online when something is changed counts as covered, whatever policy it reports."""
    seen = entry.observed.last_seen if entry.observed else None
    since = rule.swap.first_seen if rule.swap else rule.reference
    if seen is not None and since is not None and seen > since - rule.quiet_after:
        return Verdict.COVERED, Reason.SERIAL_CONFIRMED
    return original(entry, rule, kept)


@mutation(
    rule="23",
    replaces=coverage._twin,
    hole="a machine is away whose record shows another machine that is ready",
)
def one_machine_speaks_for_the_record_of_two(original, *args):
    """A record counts as covered by the machine that its row shows, whatever other machine has it."""


MUTATIONS = (
    who_is_silent_for_days_is_not_counted,
    a_filtered_reading_passes_a_gate,
    patience_for_relaxed_clients_comes_after_the_swap,
    images_are_not_refreshed,
    who_is_online_counts_as_covered,
    one_machine_speaks_for_the_record_of_two,
)
