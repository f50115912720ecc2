"""A start that is near its latest safe moment or past it: what could be shortened, and what each costs, by numbers."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from rotation.finding import Finding, info, warning
from rotation.plan.plan import PlanBody
from rotation.plan.start_by import LEAST_MARGIN, LatestStart
from rotation.plan.step import Gate, GatePurpose, Holdout, ScopeName, Step
from rotation.planning.advice.latest_start import steps_before, until_replaced
from rotation.site import Site
from rotation.survey import ObservedClient, SiteSurvey
from rotation.values import Value

_PASSED = "latest-start-passed"
_WAY = "shorten-"
"""How the code of each way begins."""
_DAY = timedelta(days=1)
_NEAR = (timedelta(days=7), timedelta(days=14), timedelta(days=30))


class Shortening(Value):
    """What the rules look at."""

    latest: LatestStart
    body: PlanBody
    site: Site
    survey: SiteSurvey
    clients: tuple[ObservedClient, ...]
    now: datetime

    @property
    def late(self) -> timedelta:
        """By how much the latest safe start has passed; negative before it."""
        return self.now - self.latest.at

    @property
    def before(self) -> tuple[Step, ...]:
        """The steps up to the one that replaces the certificate that decides."""
        return steps_before(self.body, self.latest.server) or ()


def near_or_past(facts: Shortening) -> tuple[Finding, ...]:
    """Nothing while there is time; a warning when it is near; past it, a warning and every way to be in time still."""
    latest = facts.latest
    why = (
        f"the old certificate of {latest.server} expires on {_date(latest.ends)}; this plan may take "
        f"{_days(latest.takes)} to replace it, and the margin is {_days(latest.margin)}"
    )
    if facts.late > timedelta(0):
        passed = warning(
            _PASSED,
            latest.server,
            f"the latest safe start was {_date(latest.at)}, {_days(facts.late)} ago: {why}",
            "shorten the plan; the findings beside this one give the ways and their costs",
        )
        return (passed, *(found for way in _WAYS for found in way(facts)))
    for near in _NEAR:
        if -facts.late <= near:
            count = near.days
            left = f"less than {count} days are left to start safely, until {_date(latest.at)}"
            return (warning("latest-start-near", latest.server, f"{left}: {why}", "start the plan, or shorten it"),)
    return ()


def too_late(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """What a plan's findings say of a start that is too late: that it is, then every way to be in time."""
    every = tuple(findings)
    passed = tuple(each for each in every if each.code == _PASSED)
    return passed and (*passed, *(each for each in every if each.code.startswith(_WAY)))


def _other_holdout(facts: Shortening) -> Iterable[Finding]:
    """The server whose certificate lasts longest makes the best holdout."""
    latest, held = facts.latest, facts.body.holdouts
    if latest.server not in held:
        return
    replaced = {chosen.server for chosen in facts.body.certificates} - set(held)
    later = [
        (each.not_after, each.server)
        for each in facts.survey.served
        if each.server in replaced and each.not_after is not None and each.not_after > latest.ends
    ]
    if later:
        ends, server = max(later)
        gained = min(ends - latest.ends, latest.takes - _first_takes(facts))  # then either of the two decides
        yield info(
            "shorten-other-holdout",
            server,
            f"this server as the holdout in place of {latest.server} gains "
            f"{_gain(gained, facts)}: its old certificate expires on {_date(ends)}; it costs nothing",
            f"ask for {server} as the holdout; the plan takes it if the server lists allow it",
        )


def _shorter_holdout(facts: Shortening) -> Iterable[Finding]:
    """The waits for clients that are away, all by the holdout's maximum. It costs those who are given up for it."""
    limits = facts.site.limits
    waits = sum(1 for step in facts.before if _waits_for_the_away(step))
    if not waits:
        return
    least = max(limits.holdout_minimum, limits.relax_floor)
    wanted = limits.holdout_maximum - _whole_days(facts.late / waits)
    shorter = max(wanted, least)
    gained = (limits.holdout_maximum - shorter) * waits
    if gained <= timedelta(0):
        return
    away = _silent_for(shorter, facts)
    yield info(
        "shorten-holdout",
        facts.site.name,
        f"a holdout of {_days(shorter)} at most, instead of {_days(limits.holdout_maximum)}, gains "
        f"{_gain(gained, facts)} (waits: {waits}); a person then decides about clients that are still away "
        f"(silent for longer now: {away} of {len(facts.clients)})",
        f"set limits.holdout_maximum to {_days(shorter)} at most",
    )


def _stay_relaxed(facts: Shortening) -> Iterable[Finding]:
    """Relaxed groups need not be waited for a second time when they stay relaxed between the waves."""
    again = [step for step in facts.before if step.wave and isinstance(step, Gate) and _relaxes(step)]
    if not again:
        return
    gained = sum((step.patience for step in again), timedelta(0))
    relaxed = {group for owner in facts.body.owners(ScopeName.RELAXED) for group in owner.groups}
    exposed = sum(1 for client in facts.clients if client.group_id in relaxed)
    yield info(
        "shorten-keep-relaxed",
        facts.site.name,
        f"relaxed groups that stay relaxed between the waves gain {_gain(gained, facts)}; "
        f"their clients ({exposed}) then use clear text and do not verify for as long as the holdout lasts",
        "ask for keep_relaxed",
    )


def _fewer_waves(facts: Shortening) -> Iterable[Finding]:
    """The server that is in a hurry in a plan of its own, before all others: no holdout goes before it."""
    gained = facts.latest.takes - _first_takes(facts)
    if gained < _DAY:
        return
    others = len(facts.body.certificates) - 1
    relaxed = len(facts.body.owners(ScopeName.RELAXED))
    yield info(
        "shorten-fewer-waves",
        facts.latest.server,
        f"in a plan of its own, before the others, its certificate is replaced sooner, by {_gain(gained, facts)}; "
        f"the other servers ({others}) need another rotation, which relaxes groups once more ({relaxed})",
        f"make a plan for {facts.latest.server} alone, and one for the others when it has ended",
    )


def _smaller_margin(facts: Shortening) -> Iterable[Finding]:
    """The margin is the patience of one gate: with less, less may go wrong before the certificate ends."""
    margin = facts.latest.margin
    smaller = max(margin - _whole_days(facts.late), LEAST_MARGIN)
    gained = margin - smaller
    if gained <= timedelta(0):
        return
    yield info(
        "shorten-gate-patience",
        facts.site.name,
        f"a gate patience of {_days(smaller)}, instead of {_days(margin)}, gains "
        f"{_gain(gained, facts)}; "
        f"a gate without progress asks a person after {_days(smaller)}, and no more time is left before the "
        "certificate ends",
        f"set limits.gate_patience to {_days(smaller)}",
    )


def _first_takes(facts: Shortening) -> timedelta:
    """Until the first server is replaced."""
    takes = (until_replaced(facts.body, chosen.server) for chosen in facts.body.certificates)
    return min((each for each in takes if each is not None), default=facts.latest.takes)


def _waits_for_the_away(step: Step) -> bool:
    return isinstance(step, Holdout) or (isinstance(step, Gate) and _relaxes(step))


def _relaxes(gate: Gate) -> bool:
    return gate.purpose is GatePurpose.RELAXED and not gate.over_canaries


def _silent_for(span: timedelta, facts: Shortening) -> int:
    since = facts.survey.sepm_clock - span
    return sum(1 for client in facts.clients if client.last_seen is None or client.last_seen < since)


def _gain(gained: timedelta, facts: Shortening) -> str:
    """How much a way gains, and what is still lacking where one way is not enough."""
    lacking = facts.late - gained
    if lacking > timedelta(0):
        return f"{_days(gained)}, which is {_days(lacking)} too few"
    return f"{_days(gained)}, which is enough"


def _whole_days(span: timedelta) -> timedelta:
    """`span` in days, rounded up."""
    return -(-span // _DAY) * _DAY


def _date(at: datetime) -> str:
    return at.date().isoformat()


def _days(span: timedelta) -> str:
    if span < _DAY:
        return "less than a day"
    count = span.days
    return "1 day" if count == 1 else f"{count} days"


_WAYS: tuple[Callable[[Shortening], Iterable[Finding]], ...] = (
    _other_holdout,
    _shorter_holdout,
    _stay_relaxed,
    _fewer_waves,
    _smaller_margin,
)
