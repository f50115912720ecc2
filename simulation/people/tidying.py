"""What puts a site right after unasked changes, as an administrator who reads the drift events would."""

from collections.abc import Callable, Collection, Iterator
from datetime import timedelta

from emulator.people.operations import (
    AssignList,
    Operation,
    ReplaceCertificate,
    Republish,
    RestoreCertificate,
    SetSecureCommunications,
)
from emulator.simulation import Simulation
from emulator.state.effects import EffectView
from rotation.build import ClientBuild
from rotation.drift.drift import SECURE_DRIFT
from rotation.drift.standing import standing
from rotation.plan.plan import PlanBody
from rotation.plan.scope import PlannedPair
from rotation.plan.step import Load
from rotation.running.attention import DRIFT
from rotation.running.message import Move
from rotation.running.state import Phase, RotationState
from rotation.survey import Pair
from rotation.values import Fingerprint, GroupId, ServerName
from simulation.judged.facts import SiteFacts
from simulation.judged.group_history import MOVES, path_at_the_end
from simulation.judged.unreported_acts import LIST, SECURE, SWAPS


def unasked_changes(
    simulation: Simulation, began: SiteFacts, state: RotationState, body: PlanBody, file: Callable[[ServerName], bytes]
) -> Iterator[Operation]:
    """What puts back certificates and settings that were changed unasked, and has servers sign again.

    Args:
        simulation: the site as it is.
        began: the site as it was.
        state: tells which servers have their new certificate.
        body: the plan that runs.
        file: the new certificate of a server with its key, in base64.
    """
    journal = simulation.effects.views()
    yield from _certificates(simulation, began, state, body, file)
    yield from _settings(simulation, journal, began, state, body)
    for each in simulation.site.servers.values():
        if each.up and each.signing is not each.credential:
            yield Republish(server=each.name)


def slowed_down(
    state: RotationState, body: PlanBody, journal: tuple[EffectView, ...]
) -> Iterator[tuple[str, str, timedelta]]:
    """The pairs that the product asks to have their heartbeat back, and names no other way: group, location, heartbeat.

    Where it offers another way, people take that, and leave the heartbeat as it was set.
    """
    named = _without_another_way(state, "heartbeat-drift")
    for owner in body.scopes:
        for pair in owner.pairs:
            if f"{owner.path} / {pair.location_name}" in named:
                yield path_at_the_end(owner.path, journal), pair.location_name, owner.slowest_heartbeat


def inheritance_to_put_back(simulation: Simulation, state: RotationState, body: PlanBody) -> Iterator[tuple[str, bool]]:
    """The groups whose inheritance the product names, where it offers no other way, and whether each is to inherit."""
    named = _without_another_way(state, "inheritance-drift")
    planned = {group: group != owner.group_id for owner in body.scopes for group in owner.groups}
    for group in simulation.site.groups.values():
        inherits = planned.get(GroupId(group.id), group.inherits)
        if group.path in named and group.inherits is not inherits:
            yield group.path, inherits


def to_upgrade(simulation: Simulation, state: RotationState) -> Iterator[str]:
    """The clients that the product names as ones that do not fail over, where it offers no other way."""
    named = _without_another_way(state, "no-failover-build")
    for group in simulation.site.groups.values():
        for client in simulation.fleet.machines(group.id) if group.path in named else ():
            build = ClientBuild.parse(client.build)
            if build is not None and not build.fails_over_on_mismatch:
                yield client.name


def _without_another_way(state: RotationState, code: str) -> frozenset[str]:
    """What the product names under that code and has put right, where it offers nothing but another try."""
    if not any(each.code == DRIFT and each.options == (Move.RETRY,) for each in state.attention):
        return frozenset()
    return frozenset(drift.subject for drift in state.drift if drift.code == code and drift.blocks)


def _certificates(
    simulation: Simulation,
    began: SiteFacts,
    state: RotationState,
    body: PlanBody,
    file: Callable[[ServerName], bytes],
) -> Iterator[Operation]:
    journal = simulation.effects.views()
    touched = {each.subject[0] for each in journal if each.kind in SWAPS and not each.actor.asked}
    for server in map(ServerName, sorted(touched)):
        now = Fingerprint(simulation.site.server(server).credential.fingerprint)
        chosen = body.certificate_for(server)
        wanted = began.served[server]
        if chosen is not None:
            in_place = body.purpose == "restore" or server in state.swapped
            renewed = in_place and state.phase is not Phase.TURNING_BACK  # a cancel wants the old ones
            wanted = chosen.fingerprint if renewed else chosen.replaces
        if now == wanted:
            continue
        if chosen is not None and wanted == chosen.fingerprint and body.purpose == "rotate":
            yield ReplaceCertificate(server=server, content_base64=file(server), format="pem")
        else:
            yield RestoreCertificate(server=server, fingerprint_sha256=wanted)


def _settings(
    simulation: Simulation, journal: tuple[EffectView, ...], began: SiteFacts, state: RotationState, body: PlanBody
) -> Iterator[Operation]:
    """Each setting whose last change was unasked gets the value that the product says it should have now.

    Where it says nothing, the value that it was asked to have last, or had at first; one that an amendment has taken
    over since stays as it is. Groups that were moved are looked for where they are. A location that was born since then
    counts once it is planned.
    """
    left, planned = _left(state, body, journal), _planned(body, journal)
    at_first = {(path_at_the_end(path, journal), name): each for (path, name), each in began.settings.items()}
    site = simulation.site
    owned = {group.path for group in site.groups.values() if not group.inherits}
    lists = {each.name for each in site.server_lists.values()}
    for kinds, index in ((LIST, 0), (SECURE, 1)):
        asked, unasked = _last_changes(journal, kinds)
        if index == 1 and any(each.code == SECURE_DRIFT for each in state.drift):  # what was asked for is to be undone
            unasked = {**asked, **unasked}
        for pair, value in sorted(unasked.items()):
            first = at_first.get(pair)
            if pair[0] not in owned or (first is None and pair not in left):
                continue
            before = str(first[index]) if first is not None else ""
            right = left[pair][index] if pair in left else _taken_over(planned.get(pair), index, value, before)
            wanted = min(right, default=asked.get(pair, before))
            if value in right or value.lower() == wanted.lower():
                continue
            if index == 0 and wanted in lists:
                yield AssignList(name=wanted, group=pair[0], location=pair[1])
            elif index == 1:
                yield SetSecureCommunications(group=pair[0], location=pair[1], enabled=wanted.lower() == "true")


_Pair = tuple[str, str]
"""The path of a group and the name of a location."""


def _last_changes(journal: tuple[EffectView, ...], kinds: Collection[str]) -> tuple[dict[_Pair, str], dict[_Pair, str]]:
    """What each pair, by its path now, was asked to have last, and what was set unasked since then."""
    asked: dict[_Pair, str] = {}
    unasked: dict[_Pair, str] = {}
    moves = [each for each in journal if each.kind == MOVES]
    for each in journal:
        if each.kind in kinds:
            path, location, value = each.subject
            group = path_at_the_end(path, moves, since=each.number)
            if each.actor.asked:
                asked[group, location] = value
                unasked.pop((group, location), None)
            else:
                unasked[group, location] = value
    return asked, unasked


def _taken_over(planned: PlannedPair | None, index: int, value: str, before: str) -> Collection[str]:
    """The value that was set unasked, where an amendment plans the pair with it."""
    if planned is None:
        return ()
    there = (planned.server_list, str(planned.secure_communications).lower())[index]
    return (value,) if before.lower() != there.lower() == value.lower() else ()


def _planned(body: PlanBody, journal: tuple[EffectView, ...]) -> dict[_Pair, PlannedPair]:
    """Each pair as it is planned, by the path that its group has now."""
    return {
        (path_at_the_end(owner.path, journal), pair.location_name): pair
        for owner in body.scopes
        for pair in owner.pairs
    }


def _left(
    state: RotationState, body: PlanBody, journal: tuple[EffectView, ...]
) -> dict[_Pair, tuple[Collection[str], Collection[str]]]:
    """The lists and secure communications that each pair may have at the step that runs."""
    if state.step is None or isinstance(state.step, Load) or state.phase is Phase.TURNING_BACK:
        return {}
    names = {
        Pair(group_id=owner.group_id, location_id=planned.location_id): (path, planned.location_name)
        for owner in body.scopes
        for path in (path_at_the_end(owner.path, journal),)
        for planned in owner.pairs
    }
    return {
        names[pair]: (there.server_lists, {str(each).lower() for each in there.secure_communications})
        for pair, there in standing(body, state.step.id).items()
    }
