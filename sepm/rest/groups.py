"""Reading the groups of a site with the settings of every location."""

from collections import Counter
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from contextlib import aclosing
from datetime import datetime

from pydantic import TypeAdapter

from rotation.survey import GroupGlance, ObservedGroup, ObservedLocation, Pair, PairSettings
from rotation.values import GroupId
from sepm.concurrency import each
from sepm.errors import UnexpectedAnswer
from sepm.instants import from_epoch_ms
from sepm.rest.domains import domain_ids, home_of, path_within
from sepm.rest.line import Query
from sepm.rest.locations import parse_location
from sepm.rest.paging import rows
from sepm.rest.paths import group_path, settings_path
from sepm.rest.payloads import GroupPayload, PagePayload, SettingsPayload
from sepm.rest.session import Session
from sepm.rest.settings import pair_settings

_GROUPS = TypeAdapter(PagePayload[GroupPayload])
_GROUP = TypeAdapter(GroupPayload)
_LOCATIONS = TypeAdapter(list[str])
_SETTINGS = TypeAdapter(SettingsPayload)
_PAGE = 100
_FEW = 3


async def read_groups(session: Session, known: Mapping[GroupId, ObservedGroup], *, at_once: int) -> list[ObservedGroup]:
    """Every group of every domain, in the order that SEPM gives. Whose policy is as `known` keeps its locations.

    Raises:
        SepmError: also when a domain or a group shows nothing: what is not seen cannot be kept safe.
    """
    found: dict[str, GroupPayload] = {}
    for domain in await domain_ids(session):
        before = len(found)
        async for row in _group_rows(session, {"domain": domain} if domain else {}):
            found.setdefault(row.id, row)
        if len(found) == before:  # each domain has at least its root group
            raise UnexpectedAnswer(
                session.address,
                f"domain {domain or '(the only one)'} shows no group of its own",
                "use a system administrator who sees all domains",
            )

    home = home_of(session.domain_id, [row.domain for row in found.values() if row.domain is not None])

    async def observed(payload: GroupPayload) -> ObservedGroup:
        path = path_within(payload.full_path_name or payload.name, payload.domain, home)
        before = known.get(GroupId(payload.id))
        inherits, date = payload.policy_inheritance_enabled, from_epoch_ms(payload.policy_date)
        if before is not None and (before.inherits, before.policy_date) == (inherits, date):
            return before.model_copy(update={"path": path})
        return await _observed_group(session, payload, path)

    return await each(found.values(), observed, at_once=at_once)


async def read_glances(session: Session) -> dict[GroupId, GroupGlance]:
    """When SEPM made the policy of every group of every domain, and how many clients it has."""
    return {
        GroupId(row.id): GroupGlance(from_epoch_ms(row.policy_date), row.number_of_physical_computers)
        async for row in _every_row(session, Counter())
    }


async def read_settings(session: Session, pair: Pair, *, named: str = "") -> PairSettings:
    """The settings of a pair; `named` is put into errors."""
    payload = await session.get(settings_path(pair), _SETTINGS)
    return pair_settings(payload, pair, address=session.address, named=named)


async def read_policy_dates(session: Session, ids: Sequence[GroupId], *, at_once: int) -> dict[GroupId, datetime]:
    """When SEPM made the policy of each of these groups, on its own clock, to the millisecond.

    A few are asked for one by one. More come from pages of a hundred groups, until more calls were made than groups are
    asked for; those that are left then are asked for one by one, however many groups and domains the site has.
    """
    found: dict[GroupId, datetime] = {}
    left, calls = set(ids), Counter[str]()
    if len(left) > _FEW:
        async with aclosing(_every_row(session, calls)) as every:
            async for row in every:
                if row.id in left:
                    found[GroupId(row.id)] = from_epoch_ms(row.policy_date)
                    left.discard(GroupId(row.id))
                if not left or calls.total() > len(ids):
                    break

    async def read(group_id: GroupId) -> datetime:
        return from_epoch_ms((await session.get(group_path(group_id), _GROUP)).policy_date)

    singly = [group_id for group_id in ids if group_id in left]
    found |= dict(zip(singly, await each(singly, read, at_once=at_once), strict=True))
    return {group_id: found[group_id] for group_id in ids}


async def _every_row(session: Session, calls: Counter[str]) -> AsyncGenerator[GroupPayload]:
    """Every group of every domain, page by page; `calls` counts them."""
    calls["domains"] += 1
    for domain in await domain_ids(session):
        async for row in _group_rows(session, {"domain": domain} if domain else {}, calls):
            yield row


def _group_rows(session: Session, query: Query, calls: Counter[str] | None = None) -> AsyncIterator[GroupPayload]:
    async def fetch(index: int, size: int) -> PagePayload[GroupPayload]:
        if calls is not None:
            calls["pages"] += 1
        page: Query = {**query, "mode": "list", "pageIndex": index, "pageSize": size}
        return await session.get("/api/v1/groups", _GROUPS, page)

    return rows(fetch, lambda row: row.id, size=_PAGE, address=session.address, what="groups")


async def _observed_group(session: Session, payload: GroupPayload, path: str) -> ObservedGroup:
    group_id = GroupId(payload.id)
    texts = await session.get(f"{group_path(group_id)}/locations", _LOCATIONS, {"hasName": "true"})
    locations = [await _observed_location(session, group_id, path, text) for text in texts]
    if not locations:  # even an inheriting group has its default location
        raise UnexpectedAnswer(session.address, f"group {path!r} shows no location", "look at it in the SEPM console")
    return ObservedGroup(
        id=group_id,
        path=path,
        domain_id=payload.domain.id if payload.domain else "",
        inherits=payload.policy_inheritance_enabled,
        policy_date=from_epoch_ms(payload.policy_date),
        locations=tuple(locations),
    )


async def _observed_location(session: Session, group_id: GroupId, path: str, text: str) -> ObservedLocation:
    try:
        location_id, name = parse_location(text)
    except ValueError:
        raise UnexpectedAnswer(
            session.address, f"group {path!r} shows a location without an id", "look at it in the SEPM console"
        ) from None
    pair = Pair(group_id=group_id, location_id=location_id)
    settings = await read_settings(session, pair, named=f"{path}, {name}")
    return ObservedLocation(id=location_id, name=name, settings=settings)
