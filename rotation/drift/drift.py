"""Drift: the site is not as the rotation left it (rules 12b and 17)."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

from rotation import inheritance
from rotation.build import ClientBuild
from rotation.console.exported import is_described
from rotation.drift.same_location import planned_locations, with_known_ids
from rotation.drift.standing import ExpectedSettings, standing
from rotation.finding import Finding, blocking, info
from rotation.plan.plan import PlanBody
from rotation.plan.scope import OwnerScope, Treatment
from rotation.plan.step import SettingField
from rotation.proof.membership import followers
from rotation.survey import ObservedClient, ObservedGroup, ObservedLocation, Pair, SiteSurvey
from rotation.text.some_names import some_of
from rotation.text.written_values import span_text
from rotation.values import GroupId, ListName, ServerName, Value

LOCATION_NEW, PAIR_GONE = "location-new", "pair-gone"
SECURE_DRIFT = "secure-communications-drift"
_GROUP_NEW = "group-new"
GROUP_UNDESCRIBED = "group-undescribed"
_NAMES = 5
_PUT_BACK = "put the setting back as it was; then try the claim again"


class Drift(Value):
    """One thing that is not as the rotation left it. What blocks forbids a swap; the rest is only named."""

    finding: Finding
    owner: GroupId | None = None
    """Whose setting differs; with `pair` and `field`, where the plan itself writes it."""
    pair: Pair | None = None
    field: SettingField | None = None
    shows: str = ""
    """The list that the pair uses now."""
    born: GroupId | None = None
    """The group that was born, whose clients no gate counts."""
    edited_at: datetime | None = None
    """When the server list was edited, on SEPM's clock."""
    version: str = ""
    """The version that SEPM has now, where it has changed."""
    unlike: tuple[ServerName, ...] = ()
    """The servers whose ports do not show what they showed: that version cannot be confirmed yet."""


class ClientMove(Value):
    """A client that was seen in another group than before."""

    name: str
    now: GroupId


def drift(
    body: PlanBody,
    survey: SiteSurvey,
    clients: Sequence[ObservedClient],
    *,
    at: str,
    uncounted: Mapping[GroupId, Sequence[str]] | None = None,
    excluded: Collection[tuple[str, str]] = (),
) -> tuple[Drift, ...]:
    """What differs from the state in which the plan has put the site when its step `at` runs.

    Args:
        body: the plan that runs.
        survey: the site as it is.
        clients: those of groups that fail over; of builds that stay behind at least.
        at: the id of the step.
        uncounted: by group that the plan does not know, its clients that are not left out by name.
        excluded: locations that were born, each with the message about it, that two persons left as they are.

    Raises:
        KeyError: when the plan has no step of that id.
    """
    left = standing(body, at)
    survey = survey.model_copy(update={"groups": with_known_ids(survey.groups, planned_locations(body))})
    found = (
        *_owners(body, survey, uncounted or {}),
        *_settings(body, survey, left, excluded),
        *_builds(body, clients, followers(body, survey.groups)),
    )
    return tuple(each if isinstance(each, Drift) else Drift(finding=each) for each in found)


def moved(survey: SiteSurvey, moves: Iterable[ClientMove]) -> tuple[Drift, ...]:
    """Clients that were moved, by the group that they are in now. Each is counted where it is."""
    by_group: dict[GroupId, list[str]] = defaultdict(list)
    for move in moves:
        by_group[move.now].append(move.name)
    found = []
    for group_id, names in sorted(by_group.items()):
        group = survey.group(group_id)
        some = ", ".join(sorted(names)[:_NAMES])
        text = f"{len(names)} clients were moved here, among them {some}; they are counted here from now on"
        found.append(Drift(finding=info("clients-moved", group.path if group else group_id, text)))
    return tuple(found)


def _owners(
    body: PlanBody, survey: SiteSurvey, uncounted: Mapping[GroupId, Sequence[str]]
) -> Iterable[Drift | Finding]:
    try:
        owner_of = inheritance.owners(survey.groups)
    except inheritance.OrphanGroupError as error:
        yield blocking("group-parent-unread", body.site_id, str(error), "survey again, with an account that sees it")
        return
    planned = {group: owner for owner in body.scopes for group in owner.groups}
    owners = {owner.group_id: owner for owner in body.scopes}
    for group in survey.groups:
        before = planned.get(group.id)
        if before is None and not is_described(group):
            yield from _undescribed(group, uncounted.get(group.id, ()))
        elif before is None:
            yield _born(group, owners.get(owner_of[group.id]), uncounted.get(group.id, ()))
        else:
            yield from _owner(before, group, owner_of[group.id])


def _born(group: ObservedGroup, owner: OwnerScope | None, uncounted: Sequence[str]) -> Drift | Finding:
    """A new group: its clients are counted with a planned owner that it follows; without one they are in no gate."""
    if owner is not None:
        return info(
            _GROUP_NEW,
            group.path,
            f"the group was added during the rotation; its clients count as those of {owner.path}",
        )
    if not uncounted:
        return info(
            _GROUP_NEW, group.path, "the group was added during the rotation; it has no client that a gate has to count"
        )
    names = ", ".join(sorted(uncounted)[:_NAMES])
    text = f"the group was added during the rotation; no gate counts its {len(uncounted)} clients, among them {names}"
    remedy = "move the clients to a group that the plan knows, or proceed and leave them out by name"
    return Drift(finding=blocking(_GROUP_NEW, group.path, text, remedy), born=group.id)


def _undescribed(group: ObservedGroup, uncounted: Sequence[str]) -> Iterable[Drift]:
    """A group of an export that the site's document does not have; while it has clients, some gate lacks them."""
    if not uncounted:
        return
    names = some_of(sorted(uncounted), _NAMES)
    text = (
        f"the newest export shows clients ({len(uncounted)}) in this group, which the site's document does not "
        f"describe; no gate counts them: {names}"
    )
    remedy = (
        "move the clients to a group of the document, or export them with the groups as the document writes them, and "
        "upload that export; or proceed and leave them out by name"
    )
    yield Drift(finding=blocking(GROUP_UNDESCRIBED, group.path, text, remedy), born=group.id)


def _owner(before: OwnerScope, group: ObservedGroup, now: GroupId) -> Iterable[Finding]:
    if before.group_id == now:
        if group.id == now and group.path != before.path:
            yield info("group-moved", group.path, f"the group's path was {before.path}; its settings are unchanged")
    elif group.id in (before.group_id, now):
        own = "the group has settings of its own now"
        text = own if group.id == now else "the group inherits the settings of a group above it now"
        yield blocking("inheritance-drift", group.path, text, _PUT_BACK)
    else:
        yield blocking(
            "group-moved",
            group.path,
            f"the group was moved and no longer has the settings of {before.path}",
            f"move the group back below {before.path}; then try again",
        )


def _settings(
    body: PlanBody, survey: SiteSurvey, left: Mapping[Pair, ExpectedSettings], excluded: Collection[tuple[str, str]]
) -> Iterable[Drift | Finding]:
    groups = {group.id: group for group in survey.groups}
    for owner in body.scopes:
        for group_id in owner.groups:
            group = groups.get(group_id)
            if group is None:
                yield blocking(
                    "group-gone",
                    owner.path,
                    f"the group {group_id} is gone",
                    "find out to which group its clients were moved",
                )
            elif group_id == owner.group_id and not group.inherits:
                yield from _locations(owner, group, left, excluded, _Lists.of(body, survey))


def _locations(
    owner: OwnerScope,
    group: ObservedGroup,
    left: Mapping[Pair, ExpectedSettings],
    excluded: Collection[tuple[str, str]],
    lists: "_Lists",
) -> Iterable[Drift | Finding]:
    for location in group.locations:
        subject = f"{group.path} / {location.name}"
        pair = Pair(group_id=group.id, location_id=location.id)
        wanted = left.get(pair)
        if wanted is None:
            others = [left[Pair(group_id=group.id, location_id=planned.location_id)] for planned in owner.pairs]
            yield _born_location(owner, location, subject, others, excluded)
            continue
        for field, finding in _differences(owner, location, wanted, subject, lists):
            shows = location.settings.server_list
            yield Drift(finding=finding, owner=owner.group_id, pair=pair, field=field, shows=shows)
    there = {location.id for location in group.locations}
    for planned in owner.pairs:
        if planned.location_id not in there:
            yield info("location-gone", f"{group.path} / {planned.location_name}", "the location is gone")


def _born_location(
    owner: OwnerScope,
    location: ObservedLocation,
    subject: str,
    others: Iterable[ExpectedSettings],
    excluded: Collection[tuple[str, str]],
) -> Finding:
    """One with the settings of another location of its group has the same proof: gates count groups, not locations."""
    now = location.settings
    quick = now.heartbeat + now.jitter <= owner.slowest_heartbeat + owner.jitter
    if quick and any(
        now.server_list in other.server_lists and now.secure_communications in other.secure_communications
        for other in others
    ):
        return info(
            LOCATION_NEW,
            subject,
            "the location was added during the rotation, with the settings of another location of the group",
        )
    text = (
        f"the location was added during the rotation; it uses {now.server_list!r}, its secure communications are "
        f"{'on' if now.secure_communications else 'off'} and its clients report every {span_text(now.heartbeat)}, "
        "as at no other location of the group"
    )
    if (subject, text) in excluded:
        return info(
            LOCATION_NEW, subject, "the location was added during the rotation; two persons agreed to leave it as it is"
        )
    remedy = "give the location the settings of another one, remove it, or proceed and leave it as it is"
    return blocking(LOCATION_NEW, subject, text, remedy)


class _Lists(Value):
    """The lists that were copied for the rotation, and those that SEPM shows."""

    copies: frozenset[ListName]
    shown: frozenset[ListName]

    @classmethod
    def of(cls, body: PlanBody, survey: SiteSurvey) -> "_Lists":
        """Those of a plan, at a site as it is."""
        return cls(copies=frozenset(copy.copy_name for copy in body.copies), shown=frozenset(survey.lists_edited))


def _assigned_again(wanted: Collection[ListName], lists: _Lists) -> str:
    """How a pair is given one of these lists: a copy is gone where the site's database was put back as it was."""
    gone = sorted(lists.copies.intersection(wanted) - lists.shown)
    if not gone or lists.shown.intersection(wanted):
        return _PUT_BACK
    name = ", ".join(map(repr, gone))
    if lists.shown:
        return f"SEPM shows no server list {name}: copy it again as its task describes, then retry"
    return f"{_PUT_BACK}; if {name} is gone, copy it again as its task describes"


def _differences(
    owner: OwnerScope, location: ObservedLocation, wanted: ExpectedSettings, subject: str, lists: _Lists
) -> Iterable[tuple[SettingField | None, Finding]]:
    now = location.settings
    if now.server_list not in wanted.server_lists:
        text = f"the location uses {now.server_list!r}; expected is {', '.join(map(repr, sorted(wanted.server_lists)))}"
        yield (
            SettingField.SERVER_LIST,
            blocking("list-drift", subject, text, _assigned_again(wanted.server_lists, lists)),
        )
    if now.secure_communications not in wanted.secure_communications:
        on, off = "secure communications are on; expected is off", "secure communications are off; expected is on"
        text = on if now.secure_communications else off
        yield (
            SettingField.SECURE_COMMUNICATIONS,
            blocking(SECURE_DRIFT, subject, text, _PUT_BACK),
        )
    if now.heartbeat + now.jitter > owner.slowest_heartbeat + owner.jitter:
        text = f"clients report every {span_text(now.heartbeat)} now; the planned waits are too short for that"
        yield None, blocking("heartbeat-drift", subject, text, _PUT_BACK)


def _builds(body: PlanBody, clients: Sequence[ObservedClient], born: Mapping[GroupId, OwnerScope]) -> Iterable[Finding]:
    left_out = {client.id for client in body.left_out}
    for owner in body.scopes:
        if owner.treatment is not Treatment.FAILOVER:
            continue
        groups = {*owner.groups, *(group_id for group_id, followed in born.items() if followed is owner)}
        stuck = [c.name for c in clients if c.group_id in groups and c.id not in left_out and stays_behind(c.build)]
        if stuck:
            names = ", ".join(sorted(stuck)[:5])
            yield blocking(
                "no-failover-build",
                owner.path,
                f"clients that do not fail over came into the group: {names}",
                "move them to a relaxed group",
            )


def stays_behind(build: str | None) -> bool:
    """Whether a client of that build does not go to another server when a certificate is not the one it knows."""
    known = ClientBuild.parse(build)
    return known is None or not known.fails_over_on_mismatch
