"""Acts of others that the product could have seen: were they named before it let something irreversible happen?"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from emulator.state.effects import Actor, EffectView
from emulator.switches import SecureCommunicationsScope
from rotation.plan.step import SettingField
from rotation.plan.work.task import AssignList, ConsoleTask, ReplaceCertificate, SetSecureCommunications
from rotation.values import ServerName
from simulation.judged.facts import Facts
from simulation.judged.group_history import MOVES, path_at_the_end, paths_since

LIST = frozenset({"rest.sem_server", "console.assign_list", "database.sem_server"})
SECURE = frozenset({"rest.secure_communications", "console.secure_communications", "database.secure_communications"})
SWAPS = frozenset({"console.replace_certificate", "console.generate_certificate", "console.restore_certificate"})
_NAMING = frozenset({"drift", "attention", "amended"})
SEEN_WITHIN = timedelta(minutes=3)
"""While an operator holds a replacement, its site is looked at each minute."""


class UnaskedChange(NamedTuple):
    """A change that was not asked for, and what it is about as the product names it."""

    effect: EffectView
    about: str
    later: tuple[str, ...] = ()
    """What it is about since its group was moved."""

    def is_named_in(self, text: str) -> bool:
        """Whether a text tells of it."""
        return any(name in text for name in (self.about, *self.later))


def unnamed_acts(facts: Facts) -> Iterator[tuple[UnaskedChange, EffectView]]:
    """Each act that was in force, and could have been seen, when a certificate was replaced as the product asked.

    Each comes with the replacement before which no event named it. An operator who puts a certificate into a server
    again, because the product has named that it is out, replaces nothing: no task is open for that.
    """
    for swap in facts.by_the_product("console.replace_certificate"):
        if not _is_of_a_task(facts, swap):
            continue
        seen_until = swap.at - SEEN_WITHIN
        for act in (*_settings(facts, seen_until), *_certificates(facts, seen_until, due=swap.subject[0])):
            named = any(
                event.kind in _NAMING and act.effect.at <= event.at <= swap.at and act.is_named_in(event.message)
                for event in facts.trail
            )
            if not named:
                yield act, swap


def _is_of_a_task(facts: Facts, swap: EffectView) -> bool:
    """Whether the task to replace the certificate of that server was open."""
    return any(_tasks_of(facts, swap))


def _tasks_of(facts: Facts, swap: EffectView) -> Iterator[ConsoleTask]:
    """The tasks to replace the certificate of that server that were open then."""
    for task in facts.tasks:
        of_server = isinstance(task.work, ReplaceCertificate) and task.work.server == swap.subject[0]
        if of_server and task.opened_at <= swap.at and (task.closed_at is None or swap.at <= task.closed_at):
            yield task


def unseen_since(facts: Facts, swap: EffectView) -> datetime:
    """Since when the product could not have seen an act before a replacement: the last look for its operator.

    While the operator holds the task the site is looked at each minute too, so it is three minutes at most.
    """
    looks = (facts.begins[task.id] for task in _tasks_of(facts, swap) if task.id in facts.begins)
    return max((swap.at - SEEN_WITHIN, *(look for look in looks if look <= swap.at)))


def acted_just_before(facts: Facts, at: datetime) -> bool:
    """Whether others changed anything so shortly before that moment that the product could not have seen it."""
    return any(at - SEEN_WITHIN <= each.at <= at for each in facts.unasked)


def _settings(facts: Facts, at: datetime) -> Iterator[UnaskedChange]:
    """Settings that differ from what was asked for last, or from the beginning.

    Where secure communications are the whole group's, a write through one location is one to all of its locations. A
    group that was moved stays the same: pairs are compared by the paths that they have at the end.
    """
    moves = tuple(each for each in facts.journal if each.kind == MOVES)
    whole = facts.scenario.spec.switches.secure_communications_scope is SecureCommunicationsScope.GROUP
    for kinds, index in ((LIST, 0), (SECURE, 1)):
        wanted = {
            (path_at_the_end(path, moves), location): str(settings[index])
            for (path, location), settings in facts.before.settings.items()
        }
        now: dict[tuple[str, str], EffectView] = {}
        for each in facts.journal:
            if each.kind in kinds and each.at < at:
                path, location, value = each.subject
                group = path_at_the_end(path, moves, since=each.number)
                written = {(group, location)}
                if whole and kinds is SECURE:
                    written |= {pair for pair in wanted if pair[0] == group}
                now = {pair: effect for pair, effect in now.items() if pair not in written}
                now[group, location] = each
                if each.actor.asked or _is_asked_for(facts, each):
                    wanted |= dict.fromkeys(written, value)
        if kinds is SECURE:
            wanted |= dict.fromkeys(_turned_off(facts, at) & wanted.keys(), "false")
        for pair, effect in now.items():
            differs = effect.subject[-1].lower() != wanted.get(pair, "").lower()
            if pair in wanted and differs and not effect.actor.asked:
                path, location, _ = effect.subject
                first, *later = (f"{each} / {location}" for each in paths_since(path, moves, since=effect.number))
                yield UnaskedChange(effect, first, tuple(later))


def _turned_off(facts: Facts, at: datetime) -> set[tuple[str, str]]:
    """Pairs whose secure communications the rotation wants off: a step that finds them so already writes nothing."""
    body = facts.body
    ended = {str(event.data["step"]) for event in facts.trail if event.kind == "step-ended" and event.at <= at}
    off: set[tuple[str, str]] = set()
    if body is None:
        return off
    for step in body.writes:
        if step.id not in ended or step.field is not SettingField.SECURE_COMMUNICATIONS:
            continue
        pairs = {
            (path_at_the_end(owner.path, facts.journal), pair.location_name)
            for owner in body.owners(step.scope)
            for pair in owner.pairs
        }
        off = off - pairs if step.restores else off | pairs
    return off


def _is_asked_for(facts: Facts, effect: EffectView) -> bool:
    """Whether an unasked act did what an open task asked for."""
    path, location, value = effect.subject
    group = path_at_the_end(path, facts.journal, since=effect.number)
    for task in facts.tasks:
        match task.work:
            case AssignList(list=wanted, pairs=pairs):
                asked = str(wanted)
            case SetSecureCommunications(enabled=enabled, pairs=pairs):
                asked = str(enabled)
            case _:
                continue
        is_open = task.opened_at <= effect.at and (task.closed_at is None or effect.at <= task.closed_at)
        here = any(
            (path_at_the_end(pair.group_path, facts.journal), pair.location_name) == (group, location) for pair in pairs
        )
        if is_open and here and asked.lower() == value.lower():
            return True
    return False


def _certificates(facts: Facts, at: datetime, *, due: str) -> Iterator[UnaskedChange]:
    """Certificates of other servers than the one that is due, which are not those of the beginning."""
    served = {each.subject[0]: each for each in facts.journal if each.kind in SWAPS and each.at < at}
    for server, effect in served.items():
        if server != due and not effect.actor.asked and effect.subject[-1] != facts.before.served[ServerName(server)]:
            yield UnaskedChange(effect, server)


def others_swaps(facts: Facts) -> list[EffectView]:
    """Certificates that were put into a server by no task."""
    return [each for each in facts.journal if each.kind in SWAPS and each.actor is not Actor.TASK]
