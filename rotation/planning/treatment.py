"""What each group needs: a chain of small rules; the first reasons found put a group into R.

The rules judge an owner of settings with all its locations together: no SEPM API shows the location of a client,
and whether secure communications are set per location or per group is not public.
"""

from collections.abc import Callable, Iterable

from rotation.build import ClientBuild
from rotation.finding import Finding, info, warning
from rotation.plan.drill import can_be_reordered
from rotation.plan.request import Unproven
from rotation.plan.scope import Treatment
from rotation.site import Protocol, ServerList, Site
from rotation.survey import ObservedClient, ObservedGroup, ObservedLocation
from rotation.text.some_names import some_of
from rotation.values import ClientId, ListName, ServerName, Value

_NAMES_SHOWN = 5


class OwnerView(Value):
    """An owner of settings as the rules see it."""

    group: ObservedGroup
    inheritors: tuple[ObservedGroup, ...]
    clients: tuple[ObservedClient, ...]
    lists: dict[ListName, ServerList]
    site: Site
    unreachable: frozenset[ServerName]
    unproven: tuple[ClientId, ...] = ()
    """Clients never seen at a second server of each of their lists (rule 8)."""
    choice: Unproven = Unproven.RELAX
    """What a person wants of them."""
    stays_relaxed: bool = False
    """Whether the plan that is amended has relaxed it and keeps it so until the end."""


Rule = Callable[[OwnerView], Iterable[Finding]]


def treat(owner: OwnerView) -> tuple[Treatment, tuple[Finding, ...]]:
    """The treatment of `owner`, with every reason; what a person may choose otherwise counts last."""
    reasons = tuple(finding for rule in _RELAX_RULES for finding in rule(owner))
    reasons = reasons or tuple(finding for rule in _CHOSEN_RULES for finding in rule(owner))
    if reasons:
        return Treatment.RELAX, reasons
    stays = info(
        "failover",
        owner.group.path,
        f"{len(owner.clients)} clients find the new certificate through another server; nothing is changed",
    )
    return Treatment.FAILOVER, (stays, *_on_trust(owner), *_to_be_drilled(owner))


def _on_trust(owner: OwnerView) -> Iterable[Finding]:
    """Rule 8: the person who approves the plan approves these names."""
    names = _unproven_names(owner)
    if names and owner.choice is Unproven.APPROVE:
        yield warning(
            "failover-on-trust",
            owner.group.path,
            f"{len(names)} clients were never seen at a second server of each of their lists; the plan trusts "
            "that they find "
            f"one: {_some(names)}",
            "read all their names in the plan before you approve it",
        )


def _to_be_drilled(owner: OwnerView) -> Iterable[Finding]:
    names = _unproven_names(owner)
    if names and owner.choice is Unproven.DRILL:
        yield info(
            "failover-drill",
            owner.group.path,
            f"{len(names)} clients were never seen at a second server of each of their lists; a drill shows before the "
            f"first certificate whether they reach it: {_some(names)}",
            "if some are not seen, the rotation asks whether their group is relaxed or they are approved by name",
        )


def _single_server(owner: OwnerView) -> Iterable[Finding]:
    if len(owner.site.servers) == 1:
        yield info(
            "relax-single-server",
            owner.group.path,
            "the site has one server: list A for every group",
        )


def _stays_relaxed(owner: OwnerView) -> Iterable[Finding]:
    """What is relaxed must be restored at the end, whatever its clients have shown meanwhile."""
    if owner.stays_relaxed:
        yield info(
            "relax-kept",
            owner.group.path,
            "the group is relaxed now, and stays relaxed until its settings are restored",
        )


def _cannot_fail_over(owner: OwnerView) -> Iterable[Finding]:
    """The 14.2.x communication module does not try another server on a certificate mismatch: list A (B1)."""
    builds = ((client, ClientBuild.parse(client.build)) for client in owner.clients)
    stuck = [client.name for client, build in builds if build is None or not build.fails_over_on_mismatch]
    if stuck:
        yield info(
            "relax-no-failover-build",
            owner.group.path,
            f"{len(stuck)} clients of build 14.2.x or unknown do not fail over on a certificate "
            f"mismatch: {_some(stuck)}",
        )


def _too_few_servers(owner: OwnerView) -> Iterable[Finding]:
    for location, servers in _offers(owner):
        usable = servers - owner.unreachable
        if len(usable) < 2 <= len(owner.site.servers):  # noqa: PLR2004 - failover takes a pair of servers
            yield info(
                "relax-one-server-list",
                f"{owner.group.path} / {location.name}",
                "its list offers no second reachable server of this site, so its clients cannot fail over",
            )


def _unverified_or_http(owner: OwnerView) -> Iterable[Finding]:
    """HTTP with verification gives no cause to fail over; HTTPS without it is unproven (rule 7)."""
    for location in owner.group.locations:
        protocol = owner.lists[location.settings.server_list].protocol
        secure = location.settings.secure_communications
        subject = f"{owner.group.path} / {location.name}"
        if protocol is Protocol.HTTP and secure:
            yield info("relax-http-verified", subject, "over HTTP a client that rejects a download stays at its server")
        if protocol is Protocol.HTTPS and not secure:
            yield info("relax-https-unverified", subject, "HTTPS without secure communications is unproven")


def _trusts_an_authority(owner: OwnerView) -> Iterable[Finding]:
    """A client that takes a new certificate for its authority's sake comes, and rejects what its key has signed (7)."""
    for location in owner.group.locations:
        known = owner.lists[location.settings.server_list]
        if known.protocol is Protocol.HTTPS and known.verifies_ca and location.settings.secure_communications:
            text = (
                "its clients accept each certificate of an authority; a client that rejects a download stays at "
                "its server"
            )
            yield info("relax-verifies-ca", f"{owner.group.path} / {location.name}", text)


def _unproven_failover(owner: OwnerView) -> Iterable[Finding]:
    names = _unproven_names(owner)
    if names and owner.choice is Unproven.RELAX:
        yield warning(
            "relax-failover-unproven",
            owner.group.path,
            f"{len(names)} clients were never seen at a second server of each of their lists: {_some(names)}",
            "nothing has to be done: this plan relaxes the group. To have its clients fail over instead, survey more "
            "often before planning, or choose it for another plan at groups whose clients were not all seen at two of "
            "their servers: a drill shows it, or you take it for true, by name",
        )


def _no_drill(owner: OwnerView) -> Iterable[Finding]:
    """A list that cannot be edited cannot have another server first."""
    if owner.choice is not Unproven.DRILL or not owner.unproven:
        return
    for location in owner.group.locations:
        name = location.settings.server_list
        if not can_be_reordered(owner.lists[name]):
            yield warning(
                "relax-no-drill",
                f"{owner.group.path} / {location.name}",
                f"{len(owner.unproven)} clients were never seen at a second server, and {name!r} cannot be edited",
                "nothing has to be done: this plan relaxes the group. For another plan, give the group a copy of the "
                "list, survey more often (clients of one priority move by themselves), or approve them by name",
            )


def _unproven_names(owner: OwnerView) -> list[str]:
    unproven = set(owner.unproven)
    return [client.name for client in owner.clients if client.id in unproven]


_RELAX_RULES: tuple[Rule, ...] = (
    _single_server,
    _stays_relaxed,
    _cannot_fail_over,
    _too_few_servers,
    _unverified_or_http,
    _trusts_an_authority,
)
_CHOSEN_RULES: tuple[Rule, ...] = (_unproven_failover, _no_drill)


def _offers(owner: OwnerView) -> Iterable[tuple[ObservedLocation, frozenset[ServerName]]]:
    own = frozenset(server.name for server in owner.site.servers)
    for location in owner.group.locations:
        yield location, owner.lists[location.settings.server_list].servers & own


def _some(names: list[str]) -> str:
    return some_of(sorted(names), _NAMES_SHOWN)
