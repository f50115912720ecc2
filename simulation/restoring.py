"""What a cancel must know before it restores, and what was born meanwhile: did the product look, and did it ask?"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from emulator.effects import EffectView
from emulator.happenings import ServerCutOff
from rotation.task import CopyList
from rotation.values import ServerName
from simulation.facts import Facts

_SETTINGS = frozenset({"rest.sem_server", "rest.secure_communications"})
_SWAPS = frozenset({"console.replace_certificate", "console.generate_certificate", "console.restore_certificate"})
_BIRTHS = frozenset({"console.add_group", "console.add_location"})
_ASKING = frozenset({"attention", "adopted"})
_RESTARTS_WITHIN = timedelta(minutes=30)
"""A server that restarts with another certificate shows nothing meanwhile."""
_SEEN_WITHIN = timedelta(minutes=45)
"""Between the last look at the tree of groups and the end."""


def unprobed_writes(facts: Facts) -> Iterator[tuple[EffectView, ServerName]]:
    """Each setting that a cancel put back over REST while a server presented another certificate than at the beginning.

    Where the product could have seen it: the certificate was in for half an hour, and the server not cut off from it.
    """
    turned = next((event.at for event in facts.trail if event.kind == "turning-back"), None)
    if turned is None:
        return
    for write in facts.journal:
        if write.kind in _SETTINGS and write.actor.asked and write.at >= turned:
            for server in _other_certificates(facts, write.at - _RESTARTS_WITHIN):
                if not _cut_off(facts, server, write.at):
                    yield write, server


def _other_certificates(facts: Facts, at: datetime) -> Iterator[ServerName]:
    """The servers that had another certificate than at the beginning, at that moment and ever since."""
    served = dict(facts.before.served)
    touched: set[str] = set()
    for each in facts.journal:
        if each.kind in _SWAPS and each.at < at:
            served[ServerName(each.subject[0])] = each.subject[-1]  # type: ignore[assignment] # a fingerprint as text
        elif each.kind in _SWAPS and each.at < at + _RESTARTS_WITHIN:
            touched.add(each.subject[0])
    for server, fingerprint in served.items():
        if fingerprint != facts.before.served[server] and server not in touched:
            yield server


def _cut_off(facts: Facts, server: ServerName, at: datetime) -> bool:
    """Whether the product could not reach the server then: a person says whether it goes on."""
    return any(
        isinstance(each.happening, ServerCutOff)
        and each.happening.server == server
        and each.at <= at <= each.at + each.happening.lasting
        for each in facts.scenario.happenings
    )


def unasked_births(facts: Facts) -> Iterator[tuple[str, str]]:
    """Each pair that was born while the rotation ran, still has what the rotation gave it, and was never asked about.

    What the rotation gave it: a list that it made, or secure communications off where they were relaxed.
    """
    made = {task.work.copy_list for task in facts.tasks if isinstance(task.work, CopyList)}
    off = any(each.kind.endswith("secure_communications") and each.actor.asked for each in facts.journal)
    asked = [event.message for event in facts.trail if event.kind in _ASKING]
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
