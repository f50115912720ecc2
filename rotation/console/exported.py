"""Clients as an export of the console shows them, and what that proves of each."""

import hashlib
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime, timedelta

from rotation.access import OfflineDocument
from rotation.console.record import OfflineRecord, Policy, serial_of
from rotation.finding import Finding, blocking
from rotation.serial import parse_or_none
from rotation.survey import ObservedClient, ObservedGroup, SiteSurvey
from rotation.text.some_names import some_of
from rotation.text.written_values import instant_text
from rotation.values import ClientId, GroupId, ServerName, Value

_SHOWN = 10
_AHEAD = timedelta(minutes=5)
"""How far the clocks of servers, console and service may be apart."""


class ExportedClient(Value):
    """One row of an export."""

    name: str
    group: str
    """Its path."""
    id: str = ""
    """A column that tells computers of one name apart, where the export has one."""
    last_seen: datetime | None = None
    build: str | None = None
    server: str | None = None
    serial: str | None = None
    """What the client reports; None where the export has no such column, or the client reports none."""


class ClientExport(Value):
    """An export of a site's clients, without them."""

    id: str
    taken_at: datetime
    """When the console wrote it, as the person who uploaded it states."""
    uploaded_at: datetime
    uploaded_by: str
    sha256: str
    clients: int
    columns: tuple[str, ...]
    """What of a client it tells, by our names."""
    groups: tuple[str, ...] = ()
    """The paths of its clients' groups; none in an export that was kept before they were."""

    @property
    def tells_serials(self) -> bool:
        """Whether it has a column of policy serials."""
        return "serial" in self.columns


def observed(
    clients: Sequence[ExportedClient], record: OfflineRecord, *, tells_serials: bool, settle: timedelta
) -> Iterator[ObservedClient]:
    """What the export proves of each client, in the words of a survey.

    A serial counts where the export has it and the console's own serial of the group is known to compare it with.
    Elsewhere a check-in counts as having taken the policy that was there `settle` before: by the protocol it has, and
    nothing shows it. A group that the document does not know gets an id, so that plans name it. Which machines start
    from an image (rule 4) the document tells.
    """
    images = record.access.from_images(client.name for client in clients)
    policies = record.policies()
    groups = {group.path.casefold(): group for group in record.groups()}
    for client in clients:
        group = groups.get(client.group.casefold())
        group_id = group.id if group is not None else unknown_group(client.group)
        serial = client.serial
        if group is not None:
            policy = policies[group.id]
            if _is_shown(client, group.id, policy, tells_serials=tells_serials, settle=settle):
                serial = serial_of(group.id, policy)
            elif not tells_serials or policy.serial is None:
                serial = None
        yield ObservedClient(
            id=client_id(client),
            name=client.name,
            group_id=group_id,
            build=client.build,
            last_seen=client.last_seen,
            last_server=ServerName(client.server) if client.server else None,
            serial=serial,
            non_persistent=client.name in images,
        )


def _is_shown(
    client: ExportedClient, group: GroupId, policy: Policy, *, tells_serials: bool, settle: timedelta
) -> bool:
    """Whether a client holds the policy of its group, as far as the export can show it."""
    if not tells_serials or policy.serial is None:
        return client.last_seen is not None and client.last_seen > policy.made + settle
    reported = parse_or_none(client.serial)
    return reported is not None and reported.belongs_to(group) and reported.at == policy.serial


def client_id(client: ExportedClient) -> ClientId:
    """The id under which a client is counted: the export's own, else what its name gives."""
    return ClientId(client.id or hashlib.sha256(client.name.casefold().encode()).hexdigest()[:32].upper())


def unknown_group(path: str) -> GroupId:
    """The id of a group that the document does not describe."""
    return GroupId(hashlib.sha256(path.casefold().encode()).hexdigest()[:32].upper())


def paths_of(clients: Iterable[ExportedClient]) -> tuple[str, ...]:
    """The paths of the groups of clients."""
    return tuple(sorted({client.group for client in clients}))


def unknown_groups(paths: Iterable[str], access: OfflineDocument) -> tuple[str, ...]:
    """The groups of an export that the document does not describe."""
    known = {group.path.casefold() for group in access.groups}
    return tuple(path for path in paths if path.casefold() not in known)


def undescribed(paths: Iterable[str], access: OfflineDocument) -> tuple[ObservedGroup, ...]:
    """Those groups as a look finds them: nothing tells their settings, nor whether they inherit some."""
    found = {unknown_group(path): path for path in unknown_groups(paths, access)}
    return tuple(
        ObservedGroup(id=group_id, path=path, inherits=False, policy_date=access.recorded_at, locations=())
        for group_id, path in found.items()
    )


def is_described(group: ObservedGroup) -> bool:
    """Whether more is known of a group than that an export shows clients in it."""
    return group.id != unknown_group(group.path)


def described(survey: SiteSurvey) -> SiteSurvey:
    """A survey without the groups whose settings nothing tells."""
    return survey.model_copy(update={"groups": tuple(group for group in survey.groups if is_described(group))})


def implausible(clients: Collection[ExportedClient], *, taken_at: datetime, now: datetime) -> Finding | None:
    """Why an export cannot be what its upload states; None when it can."""
    if taken_at > now + _AHEAD:
        remedy = "state when the console wrote the export, with its time zone"
        return blocking(
            "export-of-the-future", "taken_at", f"the time {instant_text(taken_at)} is in the future", remedy
        )
    if not clients:
        return blocking("export-empty", "export", "the export shows no client", "export all clients of all groups")
    newest = max((client.last_seen for client in clients if client.last_seen is not None), default=None)
    if newest is not None and newest > taken_at + _AHEAD:
        who = next(client.name for client in clients if client.last_seen == newest)
        text = f"{who} was last seen at {newest:%Y-%m-%d %H:%M} UTC, after the export was written"
        remedy = "check timezone, the order of day and month (dates), and when the export was written"
        return blocking("export-from-the-future", "export", text, remedy)
    return None


def of_other_groups(paths: Collection[str], access: OfflineDocument) -> Finding | None:
    """Why an export is of another site, or writes paths otherwise: the document has none of its groups."""
    unknown = unknown_groups(paths, access)
    if len(unknown) < len(paths):
        return None
    text = f"the site's document describes none of its groups: {some_of(unknown, _SHOWN)}"
    remedy = (
        "export the clients of this site, with groups from the top as the document has them; where the document is "
        "wrong, describe the site again while no rotation runs"
    )
    return blocking("export-of-other-groups", "export", text, remedy)


def lacking(clients: Iterable[ExportedClient], before: Iterable[ExportedClient], *, gone: int) -> Finding | None:
    """Why an export may be a part only: clients that the one before shows are not in it.

    A gate would go on with what the export before has proven of them. None where a person states that so many are gone.
    """
    shown = {client_id(each) for each in clients}
    names = sorted(each.name for each in before if client_id(each) not in shown)
    if not names or len(names) == gone:
        return None
    text = f"the export before shows clients that are not in this one ({len(names)}): {some_of(names, _SHOWN)}"
    remedy = (
        "export all clients of all groups, without a filter; where the console does not show these clients any more, "
        f"state gone={len(names)}"
    )
    return blocking("export-lacks-clients", "export", text, remedy)
