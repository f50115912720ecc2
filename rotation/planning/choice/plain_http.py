"""A write must not cut off clients: none is sent to plain HTTP where nothing shows that it gets through (rule 24a)."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence

from pydantic import Field

from rotation.finding import Finding, blocking, info, warning
from rotation.network import UNKNOWN
from rotation.plan.plan import LeftOut
from rotation.plan.request import PlanRequest
from rotation.plan.scope import OwnerScope, Treatment
from rotation.planning.basis import Observed
from rotation.planning.choice.canary import Canaries, Unshown
from rotation.reach.judging import JudgedClient, Reach, Way
from rotation.site import Site
from rotation.text.some_names import some_of
from rotation.values import ClientId, Value

SHUT, UNSHOWN = "http-shut", "http-unshown"
_NAMES_SHOWN = 5


class Question(Value):
    """What is known of the networks of those who are about to go to plain HTTP."""

    unshown: Unshown = Field(default_factory=dict)
    """Whose network nothing has shown: a canary may."""
    left_out: tuple[LeftOut, ...] = ()
    trusted: tuple[str, ...] = ()
    """Networks that a person takes to let it through, of those that clients are in."""
    findings: tuple[Finding, ...] = ()


def question(
    site: Site, observed: Observed, scopes: Iterable[OwnerScope], request: PlanRequest, *, gone: Collection[ClientId]
) -> Question:
    """What of the networks of relaxed clients is shown, trusted, or not known.

    Owners that the plan to amend has relaxed before have been there.

    Args:
        site: the site.
        observed: what the plan rests on.
        scopes: every owner.
        request: which networks a person trusts, and whether those that do not get through are left out, by name.
        gone: who is left out by name anyway.
    """
    new = [owner for owner in scopes if owner.treatment is Treatment.RELAX and owner.group_id not in observed.relaxed]
    lists = {
        group: frozenset(pair.server_list for pair in owner.pairs if pair.needs_list)
        for owner in new
        for group in owner.groups
    }
    going = {
        client.id: (client, lists[client.group_id])
        for client in observed.clients
        if lists.get(client.group_id) and client.id not in gone
    }
    known = {each.name: each for each in site.lists}
    judged = Reach(
        observed.http_answers, known, trusted=request.trusted_networks, now=observed.survey.sepm_clock
    ).judge(going)
    by_way: dict[Way, list[JudgedClient]] = defaultdict(list)
    for each in judged:
        by_way[each.way].append(each)
    shut = by_way[Way.SHUT]
    paths = {group.id: group.path for group in observed.survey.groups}
    return Question(
        unshown={each.client.id: lists[each.client.group_id] for each in by_way[Way.UNSHOWN]},
        left_out=tuple(_left_out(each, paths.get(each.client.group_id, "")) for each in shut)
        if request.leave_out_http
        else (),
        trusted=tuple(sorted({each.network for each in by_way[Way.TRUSTED]})),
        findings=(
            *_shown(by_way[Way.OPEN]),
            *(_on_trust(network, some) for network, some in _by_network(by_way[Way.TRUSTED])),
            *(() if request.leave_out_http else (_shut(network, some, site) for network, some in _by_network(shut))),
        ),
    )


def unshown(observed: Observed, http: Question, first: Canaries) -> list[Finding]:
    """A finding for each network that nothing has shown, and that no canary stands for.

    Args:
        observed: what the plan rests on.
        http: what is not known.
        first: the groups that go first, and the networks that they stand for.
    """
    at_once: dict[str, list[str]] = defaultdict(list)
    for client in observed.clients:
        ways = {(client.network, name) for name in http.unshown.get(client.id, ())}
        if client.group_id not in first.with_followers and ways - first.networks:
            at_once[client.network].append(client.name)
    return [_unshown(network, names) for network, names in sorted(at_once.items())]


def _by_network(judged: Iterable[JudgedClient]) -> list[tuple[str, list[JudgedClient]]]:
    found: dict[str, list[JudgedClient]] = defaultdict(list)
    for each in judged:
        found[each.network].append(each)
    return sorted(found.items())


def _left_out(judged: JudgedClient, path: str) -> LeftOut:
    reason = f"its network {judged.network} lets no plain HTTP through"
    return LeftOut(id=judged.client.id, name=judged.client.name, group=path, reason=reason)


def _shown(judged: Sequence[JudgedClient]) -> Iterable[Finding]:
    if judged:
        asked = sum(each.asked for each in judged)
        networks = sorted({each.network for each in judged})
        yield info(
            "http-shown",
            _some(networks),
            f"plain HTTP gets through: clients there got an answer (asked: {asked}, of: {len(judged)}), and none "
            "got none",
        )


def _on_trust(network: str, judged: Sequence[JudgedClient]) -> Finding:
    return warning(
        "http-trusted",
        network,
        f"{len(judged)} clients are sent to plain HTTP on the approval of this plan alone: if this network lets "
        "none through, they are cut off",
        "run the script on one client there (rotator network-script SITE)",
    )


def _shut(network: str, judged: Sequence[JudgedClient], site: Site) -> Finding:
    failed = sorted(each.client.name for each in judged if each.asked)
    who = f"no answer came to {_some(failed)}" if failed else "no answer came to its clients in other groups"
    second = "give its clients a second server for the time of the rotation (list B)"
    drill = "let a drill show that its clients fail over, or give them a list with a second server (list B)"
    failover = drill if len(site.servers) > 1 else second
    return blocking(
        SHUT,
        network,
        f"{len(judged)} clients would be sent to plain HTTP, which does not get through: {who}",
        f"open the port there and run the script again; or {failover}, or leave them out by name (leave_out_http)",
    )


def _unshown(network: str, names: Sequence[str]) -> Finding:
    how = "run the script on one client there (rotator network-script SITE), and upload its output"
    if network == UNKNOWN:
        how = "run the script on each of them (rotator network-script SITE), since their rows show no address"
    return blocking(
        UNSHOWN,
        network,
        f"{len(names)} clients of network {network} would be sent to plain HTTP, and nothing shows that it gets "
        f"through: {_some(names)}",
        f"{how}; or move a few clients that are switched on into a group of their own there, as canaries; or, if a "
        f"person who knows its firewall confirms it, name {network}, exactly so, as a network that is taken to let "
        "plain HTTP through (trusted_networks)",
    )


def _some(names: Sequence[str]) -> str:
    return some_of(sorted(names), _NAMES_SHOWN)
