"""What a cancel must know before it restores, and what was born meanwhile: did the product look, and did it ask?"""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from emulator.events.site_events import ServerCutOff
from emulator.state.effects import EffectView
from rotation.plan.work.task import CopyList
from rotation.values import Fingerprint, ServerName
from simulation.judged.facts import Facts
from simulation.judged.unreported_acts import LIST, SECURE, SWAPS

_SETTINGS = LIST | SECURE
_BIRTHS = frozenset({"console.add_group", "console.add_location"})
_ASKING = frozenset({"attention", "adopted"})
_MINUTE = timedelta(minutes=1)
_SEEN_WITHIN = timedelta(minutes=45)
"""Between the last look at the tree of groups and the end."""


def unprobed_writes(facts: Facts) -> Iterator[tuple[EffectView, ServerName]]:
    """Each setting that a cancel put back while a server presented another certificate than when it was planned.

    Where the product could have seen it: the server had restarted with it a minute ago, and was not cut off.
    """
    turned = next((event.at for event in facts.trail if event.kind == "turning-back"), None)
    if turned is None:
        return
    for place, write in enumerate(facts.journal):
        if write.kind in _SETTINGS and write.actor.asked and write.at >= turned:
            for server in _other_certificates(facts, facts.journal[:place], write.at):
                if not _cut_off(facts, server, write.at):
                    yield write, server


def _other_certificates(facts: Facts, until: Iterable[EffectView], at: datetime) -> Iterator[ServerName]:
    """The servers that showed another certificate than when it was planned, and had done so for a minute.

    Only effects until then count: an operator may put back a certificate and a setting at the same moment.
    """
    last = {each.subject[0]: each for each in until if each.kind in SWAPS}
    for server in facts.scenario.spec.servers:
        swap = last.get(server.name)
        restarted = facts.scenario.spec.switches.restart_after_swap or server.restart_time
        if swap is None or swap.subject[-1] == _when_planned(facts, ServerName(server.name)):
            continue
        if swap.at + restarted + _MINUTE < at:
            yield ServerName(server.name)


def _when_planned(facts: Facts, server: ServerName) -> Fingerprint:
    """What a server presented when the plan was made: it may have been replaced in the hour before."""
    chosen = facts.plan.body.certificate_for(server) if facts.plan is not None else None
    return chosen.replaces if chosen is not None else facts.before.served[server]


def _cut_off(facts: Facts, server: ServerName, at: datetime) -> bool:
    """Whether the product could not reach the server then: a person decides whether it goes on."""
    stops = (each.at for each in facts.journal if each.kind == "server.stop" and each.subject[0] == server)
    return (server in facts.after.down and max(stops, default=facts.ended) <= at) or any(
        isinstance(each.site_event, ServerCutOff)
        and each.site_event.server == server
        and each.at <= at <= each.at + each.site_event.lasting
        for each in facts.scenario.site_events
    )


def unasked_births(facts: Facts) -> Iterator[tuple[str, str]]:
    """Each pair that was born while the rotation ran, still has what the rotation gave it, and was never asked about.

    What the rotation gave it: a list that it made, or secure communications off where they were relaxed.
    """
    made = {task.work.copy_list for task in facts.tasks if isinstance(task.work, CopyList)}
    off = any(each.kind.endswith("secure_communications") and each.actor.asked for each in facts.journal)
    asked = [*facts.accepted, *(event.message for event in facts.trail if event.kind in _ASKING)]
    for birth in facts.journal:
        if birth.kind not in _BIRTHS or birth.at > facts.ended - _SEEN_WITHIN:
            continue
        for (group, location), (used, secure) in facts.after.settings.items():
            if group != birth.subject[0] or birth.subject[1:] not in {(), (location,)}:
                continue
            if (group, location) in facts.before.settings or not (used in made or (off and not secure)):
                continue
            if not any(group in text for text in asked):
                yield f"{group} / {location}", f"uses {used!r}, secure communications {'on' if secure else 'off'}"
