"""Plans. What was approved is kept as the very bytes that its hash covers."""

import hashlib
from collections import OrderedDict
from collections.abc import Collection
from contextlib import suppress

from pydantic import ValidationError
from sqlalchemy import JSON, Text, bindparam, cast, exists, func, select, type_coerce
from sqlalchemy.ext.asyncio import AsyncSession

from rotation.plan.plan import Plan, PlanBody
from rotation.plan.start_by import LatestStart
from rotation.values import PlanId, SiteId, Value
from store.database.built_once import built_once
from store.database.database import Database
from store.database.page import FIRST_PAGE, ListOrder, Page, PageRequest, read_page
from store.fault import StoreFault
from store.progress import RotationStatus
from store.schema.tables import PlanRow, RotationRow
from store.site.sites import known_site


class PlanInShort(Value):
    """What lists of sites show of a plan."""

    id: PlanId
    hash: str
    latest_start: LatestStart | None
    """None also of a plan whose rotation has completed: its certificates are replaced."""
    completed: bool = False
    """Whether its rotation has completed; a restore replaces nothing."""


class UnknownPlan(StoreFault):
    """No plan of that id is kept."""


class PlanAltered(StoreFault):
    """A plan whose body is not what its hash names, or that this version cannot read. It must not run."""


_KEPT = 64
_NEWEST = ListOrder("plans", (PlanRow.made_at, PlanRow.id), falls=True)
_BODY = built_once(select(PlanRow.hash, PlanRow.body).where(PlanRow.id == bindparam("plan")))


class Plans:
    """The plans of all sites. A plan is never changed; an amendment is another plan."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._read: OrderedDict[PlanId, Plan] = OrderedDict()
        """Plans that were read lately: each activity asks for its plan, and to parse one costs more than to read it."""

    async def add(self, plan: Plan) -> None:
        """Keep `plan`. The same plan again is no error.

        Raises:
            UnknownSite: when its site is not registered.
            PlanAltered: when its hash is not that of its body, or another plan has its id.
        """
        body = plan.body.canonical()
        _verify(plan.id, plan.hash, body)
        async with self._database.write() as session:
            await known_site(session, plan.body.site_id)
            known = await session.get(PlanRow, plan.id)
            if known is not None:
                if known.hash != plan.hash:
                    raise PlanAltered(f"another plan has the id {plan.id}")
                return
            session.add(
                PlanRow(
                    id=plan.id,
                    site_id=plan.body.site_id,
                    made_at=plan.made_at,
                    hash=plan.hash,
                    body=body,
                    around=plan.model_dump(mode="json", exclude={"body"}),
                )
            )

    async def get(self, plan_id: PlanId) -> Plan:
        """The plan of that id.

        Raises:
            UnknownPlan: when none is kept.
            PlanAltered: when its body is not what its hash names, or this version cannot read it.
        """
        body = await self.body(plan_id)
        if (known := self._read.get(plan_id)) is not None and known.hash == hashlib.sha256(body).hexdigest():
            return known
        async with self._database.read() as session:
            plan = _plan(await _known(session, plan_id))
        self._read[plan_id] = plan
        while len(self._read) > _KEPT:
            self._read.popitem(last=False)
        return plan

    async def of_ids(self, plan_ids: Collection[PlanId]) -> dict[PlanId, Plan]:
        """These plans, by one query; those that are not kept, were altered or cannot be read are left out."""
        async with self._database.read() as session:
            rows = list(await session.scalars(select(PlanRow).where(PlanRow.id.in_(set(plan_ids)))))
        found: dict[PlanId, Plan] = {}
        for row in rows:
            known = self._read.get(PlanId(row.id))
            with suppress(PlanAltered):
                _verify(row.id, row.hash, row.body)
                found[PlanId(row.id)] = known if known is not None and known.hash == row.hash else _plan(row)
        return found

    async def body(self, plan_id: PlanId) -> bytes:
        """The stored bytes that the plan's hash covers.

        Raises:
            UnknownPlan: when none is kept.
            PlanAltered: when they are not what its hash names.
        """
        async with self._database.read_rows() as connection:
            kept = (await connection.execute(_BODY, {"plan": plan_id})).one_or_none()
        if kept is None:
            raise _unknown(plan_id)
        _verify(plan_id, kept.hash, kept.body)
        body: bytes = kept.body
        return body

    async def page(self, site_id: SiteId, asked: PageRequest = FIRST_PAGE) -> Page[Plan]:
        """The plans of a site, the newest first.

        Raises:
            PlanAltered: when one of them was altered.
            BadCursor: when the cursor is not one of this list.
        """
        wanted = select(PlanRow).where(PlanRow.site_id == site_id)
        return await read_page(self._database, wanted, _NEWEST.of(site_id), asked, _plan)

    async def newest_start(self, site_id: SiteId) -> LatestStart | None:
        """The latest safe start of the newest plan of a site; None without one, or where its rotation has completed."""
        newest = select(PlanRow.around, _COMPLETED).where(PlanRow.site_id == site_id)
        async with self._database.read() as session:
            found = (await session.execute(newest.order_by(PlanRow.made_at.desc(), PlanRow.id).limit(1))).one_or_none()
        start = None if found is None or found[1] else (found[0] or {}).get("latest_start")
        return None if start is None else LatestStart.model_validate(start)

    async def newest_of_all(self) -> dict[SiteId, PlanInShort]:
        """The newest plan of each site that has one, in one query. Its body is not read, and so not proven."""
        newest = func.row_number().over(partition_by=PlanRow.site_id, order_by=(PlanRow.made_at.desc(), PlanRow.id))
        ranked = select(PlanRow.id, newest.label("place")).subquery()
        stored = type_coerce(PlanRow.around, Text)
        around = cast(stored, JSON) if self._database.is_postgresql else type_coerce(stored, JSON)
        wanted = select(PlanRow.site_id, PlanRow.id, PlanRow.hash, around["latest_start"], _COMPLETED).join(
            ranked, (ranked.c.id == PlanRow.id) & (ranked.c.place == 1)
        )
        async with self._database.read() as session:
            return {
                SiteId(site): PlanInShort(
                    id=PlanId(plan), hash=plan_hash, latest_start=None if completed else start, completed=completed
                )
                for site, plan, plan_hash, start, completed in await session.execute(wanted)
            }


_COMPLETED = (
    exists()
    .where(
        RotationRow.plan_id == PlanRow.id,
        RotationRow.status == RotationStatus.COMPLETED,
        RotationRow.purpose != "restore",
    )
    .label("completed")
)


async def _known(session: AsyncSession, plan_id: str) -> PlanRow:
    row = await session.get(PlanRow, plan_id)
    if row is None:
        raise _unknown(plan_id)
    return row


def _unknown(plan_id: str) -> UnknownPlan:
    return UnknownPlan(f"no plan of id {plan_id} is kept")


def _plan(row: PlanRow) -> Plan:
    _verify(row.id, row.hash, row.body)
    # what surrounds the body has a hash of its own in it, which must be the same
    try:
        plan = Plan.model_validate({**row.around, "body": PlanBody.model_validate_json(row.body)})
    except ValidationError as error:
        text = f"plan {row.id} is stored in a form that this version cannot read: run the version that made it"
        raise PlanAltered(text) from error
    if plan.hash != row.hash:
        raise PlanAltered(f"plan {row.id} names two hashes, {plan.hash} and {row.hash}")
    return plan


def _verify(plan_id: str, named: str, body: bytes) -> None:
    actual = hashlib.sha256(body).hexdigest()
    if actual != named:
        raise PlanAltered(f"plan {plan_id} has the hash {named}, and its body {actual}: make a new plan")
