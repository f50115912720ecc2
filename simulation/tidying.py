"""What puts a site right where somebody has changed it unasked: as whoever reads the product's drift events would."""

from collections.abc import Callable, Iterator

from emulator.effects import EffectView
from emulator.operations import (
    AssignList,
    Operation,
    ReplaceCertificate,
    Republish,
    RestoreCertificate,
    SetSecureCommunications,
)
from emulator.simulation import Simulation
from rotation.state import RotationState
from rotation.values import Fingerprint, ServerName
from simulation.facts import SiteFacts

_SWAPS = frozenset({"console.replace_certificate", "console.generate_certificate", "console.restore_certificate"})


def unasked_changes(
    simulation: Simulation, began: SiteFacts, state: RotationState, file: Callable[[ServerName], bytes]
) -> Iterator[Operation]:
    """What puts back certificates and settings that nobody asked to change, and has servers sign anew.

    Args:
        simulation: the site as it is.
        began: the site as it was.
        state: tells which servers have their new certificate.
        file: the new certificate of a server with its key, in base64.
    """
    journal = simulation.effects.views()
    yield from _certificates(simulation, journal, began, state, file)
    yield from _settings(simulation, journal, began, state)
    for each in simulation.site.servers.values():
        if each.up and each.signing is not each.credential:
            yield Republish(server=each.name)


def _certificates(
    simulation: Simulation,
    journal: tuple[EffectView, ...],
    began: SiteFacts,
    state: RotationState,
    file: Callable[[ServerName], bytes],
) -> Iterator[Operation]:
    touched = {each.subject[0] for each in journal if each.kind in _SWAPS and not each.actor.asked}
    for server in map(ServerName, sorted(touched)):
        now = Fingerprint(simulation.site.server(server).credential.fingerprint)
        chosen = state.body.certificate_for(server)
        wanted = began.served[server]
        if chosen is not None:
            wanted = chosen.fingerprint if server in state.swapped else chosen.replaces
        if now == wanted:
            continue
        if wanted == began.served[server]:
            yield RestoreCertificate(server=server, fingerprint_sha256=wanted)
        else:
            yield ReplaceCertificate(server=server, content_base64=file(server), format="pem")


def _settings(
    simulation: Simulation, journal: tuple[EffectView, ...], began: SiteFacts, state: RotationState
) -> Iterator[Operation]:
    """Each setting whose last change was unasked gets the value that it was asked to have last, or had at first.

    One that an amendment has taken over since stays as it is.
    """
    taken_over = {
        (owner.path, planned.location_name): (planned.server_list, str(planned.secure_communications).lower())
        for owner in state.body.scopes
        for planned in owner.pairs
    }
    site = simulation.site
    owned = {group.path for group in site.groups.values() if not group.inherits}
    lists = {each.name for each in site.server_lists.values()}
    for kinds, index in ((("rest.sem_server", "console.assign_list"), 0), (_SECURE, 1)):
        asked: dict[tuple[str, str], str] = {}
        unasked: dict[tuple[str, str], str] = {}
        for each in journal:
            if each.kind in kinds:
                group, location, value = each.subject
                if each.actor.asked:
                    asked[group, location] = value
                    unasked.pop((group, location), None)
                else:
                    unasked[group, location] = value
        for group, location in sorted(unasked):
            first = began.settings.get((group, location))
            if group not in owned or first is None:
                continue
            there = taken_over.get((group, location))
            if (
                there is not None
                and str(first[index]).lower() != there[index].lower() == unasked[group, location].lower()
            ):
                continue
            value = asked.get((group, location), str(first[index]))
            if index == 0 and value in lists:
                yield AssignList(name=value, group=group, location=location)
            elif index == 1:
                yield SetSecureCommunications(group=group, location=location, enabled=value.lower() == "true")


_SECURE = ("rest.secure_communications", "console.secure_communications")
