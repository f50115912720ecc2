"""The audit: every trail held against itself and its heads outside, every site against what its trail says of it."""

import json
from collections.abc import Awaitable, Callable, Collection
from typing import TypeVar

from pydantic import Field
from sqlalchemy import CompoundSelect, Select, select, union

from rotation.values import RotationId, SiteId, Value
from store.access.stated_rows import StatedRows
from store.database.chain import ChainBroken, ChainHead
from store.database.database import Database
from store.rotation.events import Events, rotation_name
from store.schema.tables import ContactRow, DestroyedKeyRow, EventRow, RotationRow, SiteRow, TrailRow
from store.site.contacts import Contacts
from store.site.fingerprints import AccessAltered
from store.site.sites import Sites, UnknownSite
from store.trail.head_sender import HeadSender
from store.trail.heads import Heads, KeptHeads
from store.trail.site_trail import SERVICE_TRAIL, SiteTrail, TrailKind, contacts_name, trail_name

_Id = TypeVar("_Id", bound=str)
_STARTS = (TrailKind.ROTATION_STARTED.value, TrailKind.ORIGINALS_TAKEN_IN.value)


class IntactTrail(Value):
    """A trail of which no event is missing, added or altered."""

    trail: str
    events: int
    hash: str
    heads: int = Field(description="So many heads outside of the database were compared; 0: its end is not proven")


class BrokenTrail(Value):
    """A trail, or what it says of a site, that does not hold."""

    trail: str
    number: int | None = Field(description="The first event that does not hold; null where it is about no event")
    what: str


class AuditReport(Value):
    """What an audit has found."""

    intact: tuple[IntactTrail, ...]
    broken: tuple[BrokenTrail, ...]
    heads_from: str | None = Field(description="The file of heads; null where none is kept by this process")
    unknown_heads: int = Field(description="Lines of that file that this store did not write, or that are damaged")
    unsent_heads: int | None = Field(description="Heads that wait for the webhook; null where none is set here")


class Audit:
    """Verifies trails. It only reads."""

    def __init__(
        self,
        database: Database,
        *,
        events: Events,
        contacts: Contacts,
        trail: SiteTrail,
        sites: Sites,
        heads: Heads,
        sender: HeadSender,
        stated: StatedRows,
    ) -> None:
        self._database = database
        self._events = events
        self._contacts = contacts
        self._trail = trail
        self._sites = sites
        self._heads = heads
        self._sender = sender
        self._stated = stated

    async def verify(self, site_id: SiteId | None = None, rotation_id: RotationId | None = None) -> AuditReport:
        """Verify all trails; those of one site, or the one of a rotation, where it is given.

        1. each chain of hashes: what was altered, and what was deleted or inserted in its middle
        2. the heads outside: what was cut off, or rewritten as a whole
        3. each rotation that a site's trail says was started: whether it is kept
        4. each site: whether it is as its trail says, and is reached as the service has stored it
        5. each identity, key, subject and wish: whether it is as the trail of the service states it
        6. each private key that was destroyed: whether its record is there, which bars it

        Raises:
            VaultKeyWrong, KeyServerDown, KeyServerRefused: when the key of codes cannot be opened.
            OSError: when the file of heads cannot be read.
        """
        look = _Look(await self._heads.kept())
        if rotation_id is not None:
            await look.chain(rotation_name(rotation_id), self._events.verify_chain, rotation_id)
            return look.report(self._heads, self._sender)
        for site in await self._site_ids(site_id):
            await self._site(look, site)
        kept, started = await self._kept(site_id), await self._started(site_id)
        for rotation in sorted(kept | started | await self._reported(site_id)):
            holds = await look.chain(rotation_name(rotation), self._events.verify_chain, rotation)
            if holds and rotation in started - kept:
                look.breaks(rotation_name(rotation), "the trail of its site has its start, and it is not kept any more")
        if site_id is None:
            await look.chain(trail_name(SERVICE_TRAIL), self._trail.verify_chain, SERVICE_TRAIL)
            for wrong in (*await self._stated.audit(), *await self._destroyed()):
                look.breaks(trail_name(SERVICE_TRAIL), wrong)
            look.gone()
        return look.report(self._heads, self._sender)

    async def _destroyed(self) -> list[str]:
        """The private keys whose destruction is on the trail, and whose record is gone: they would be taken again."""
        events = select(TrailRow.data).where(TrailRow.kind == TrailKind.KEY_DESTROYED.value)
        noted = {json.loads(data)["public_key_sha256"] for data in await self._ids(events)}
        gone = noted - {*await self._ids(select(DestroyedKeyRow.public_key))}
        return [f"the record that a private key was destroyed is gone (public key {key})" for key in sorted(gone)]

    async def _site(self, look: "_Look", site_id: SiteId) -> None:
        await look.chain(trail_name(site_id), self._trail.verify_chain, site_id)
        await look.chain(contacts_name(site_id), self._contacts.verify_chain, site_id)
        try:
            site = await self._sites.get(site_id)
            # twice: between two reads a person may have changed it
            differs = await self._differs(site_id) and await self._differs(site_id)
        except UnknownSite:
            look.breaks(trail_name(site_id), "the site is on its trail, and is not registered any more")
            return
        if differs:
            look.breaks(trail_name(site_id), "the site's lists, limits or servers are not what its trail says of them")
        if site.at_console is None:
            try:
                await self._sites.proven_access(site_id)
            except AccessAltered as altered:
                look.breaks(trail_name(site_id), str(altered))

    async def _differs(self, site_id: SiteId) -> bool:
        return not await self._trail.is_as_noted(site_id)

    async def _site_ids(self, only: SiteId | None) -> list[SiteId]:
        every = union(select(SiteRow.id), select(TrailRow.site_id), select(ContactRow.site_id))
        return [SiteId(each) for each in await self._ids(every) if each and only in {None, each}]

    async def _kept(self, site_id: SiteId | None) -> set[RotationId]:
        rotations = select(RotationRow.id)
        return await self._rotations(rotations if site_id is None else rotations.where(RotationRow.site_id == site_id))

    async def _started(self, site_id: SiteId | None) -> set[RotationId]:
        """The rotations whose start, or whose originals, the trails of sites have."""
        named = select(TrailRow.rotation_id).where(TrailRow.kind.in_(_STARTS))
        return await self._rotations(named if site_id is None else named.where(TrailRow.site_id == site_id))

    async def _reported(self, site_id: SiteId | None) -> set[RotationId]:
        reported = select(EventRow.rotation_id).distinct()
        return await self._rotations(reported if site_id is None else reported.where(EventRow.site_id == site_id))

    async def _rotations(self, wanted: Select[str]) -> set[RotationId]:
        return {RotationId(each) for each in await self._ids(wanted) if each}

    async def _ids(self, wanted: Select[str] | CompoundSelect[str]) -> list[str]:
        async with self._database.read() as session:
            return sorted(await session.scalars(wanted))


class _Look:
    """What one audit has found so far."""

    def __init__(self, kept: KeptHeads) -> None:
        self._kept = kept
        self._intact: list[IntactTrail] = []
        self._broken: list[BrokenTrail] = []
        self._seen = set[str]()

    async def chain(
        self, trail: str, verify: Callable[[_Id, Collection[ChainHead]], Awaitable[ChainHead]], whose: _Id
    ) -> bool:
        """Verify one chain. Whether it holds."""
        self._seen.add(trail)
        heads = self._kept.heads.get(trail, ())
        try:
            end = await verify(whose, heads)
        except ChainBroken as broken:
            self._broken.append(BrokenTrail(trail=trail, number=broken.number, what=broken.what))
            return False
        self._intact.append(IntactTrail(trail=trail, events=end.number, hash=end.hash, heads=len(heads)))
        return True

    def breaks(self, trail: str, what: str) -> None:
        """Note that something else than the chain does not hold."""
        self._broken.append(BrokenTrail(trail=trail, number=None, what=what))

    def gone(self) -> None:
        """Note the trails that have heads outside and nothing in the database."""
        for trail, heads in self._kept.heads.items():
            if trail not in self._seen:
                longest = max(head.number for head in heads)
                self._broken.append(
                    BrokenTrail(trail=trail, number=1, what=f"all of it is gone: it had {longest} events")
                )

    def report(self, heads: Heads, sender: HeadSender) -> AuditReport:
        """All of it."""
        if self._kept.unknown:
            what = f"{self._kept.unknown} lines of {heads.file} are damaged, or were written with another key"
            self._broken.append(BrokenTrail(trail="heads", number=None, what=what))
        return AuditReport(
            intact=tuple(self._intact),
            broken=tuple(self._broken),
            heads_from=None if heads.file is None else str(heads.file),
            unknown_heads=self._kept.unknown,
            unsent_heads=sender.waiting(),
        )
