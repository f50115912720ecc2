"""Wishes that wait for a second person, and who has seconded them. Rows stay: they are the trail."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import ScalarResult, Select, select

from rotation.identity.identity import IdentityId, Principal
from rotation.identity.two_persons import LASTS, TwoPersonAct, Wish, wish_digest
from store.access.api_key import counts
from store.access.stated_rows import AccessRows, StatedRows
from store.database.chain import canonical
from store.schema.tables import ApiKeyRow, IdentityRow, SubjectRow, WishRow
from store.trail.site_trail import Author, TrailKind

WISHED = "content"
"""Under this name the event of a wish has what is wished: the row has its digest alone."""

_LONGEST = 4000
"""Characters of what is kept so: the limits of a site have some hundred, a site that is registered may have more."""


class Wishes:
    """What two persons do together."""

    def __init__(self, rows: StatedRows) -> None:
        self._rows = rows

    async def second(
        self, act: TwoPersonAct, content: Mapping[str, Any], *, by: Principal, why: str, at: datetime
    ) -> Wish | None:
        """The same wish of another identity, which this one seconds by it; None: it is kept as this identity's own.

        A wish counts once, for the very same content, for a week, and while a key or log-in of its identity counts. One
        that is not as the service has stated it counts for nothing.

        Raises:
            VaultKeyWrong, SealBroken, KeyServerDown, KeyServerRefused: when that cannot be compared now.
        """
        digest = wish_digest(act, content)
        author = Author(who=by.name, identity=by.id)
        async with self._rows.write() as rows:
            waiting = await _waiting(rows, digest, at)
            for row in waiting:
                if row.identity_id != by.id:
                    row.seconded_by, row.seconded_identity, row.seconded_at = by.name, by.id, at
                    rows.state(row, TrailKind.WISH_SECONDED, _message(row), author=author, at=at)
                    return _wish(row)
            if not waiting:
                wish = {"act": act.value, "digest": digest, "asked_by": by.name, "identity_id": by.id, "why": why}
                row = WishRow(id=uuid4().hex, **wish, asked_at=at, seconded_by="", seconded_identity="")
                text = canonical(dict(content))
                data = {WISHED: text} if len(text) <= _LONGEST else {}
                rows.state(row, TrailKind.WISH_KEPT, _message(row), author=author, at=at, data=data)
        return None

    async def waiting(self, act: TwoPersonAct, content: Mapping[str, Any], *, at: datetime) -> Wish | None:
        """The wish that waits for a second person, to be shown; None where none does that counts.

        Raises:
            VaultKeyWrong, SealBroken, KeyServerDown, KeyServerRefused: when that cannot be compared now.
        """
        async with self._rows.read() as rows:
            for row in await _counting(rows, await rows.session.scalars(_kept(wish_digest(act, content), at)), at):
                return _wish(row)
        return None

    async def all_waiting(self, act: TwoPersonAct, *, at: datetime) -> dict[str, Wish]:
        """The wishes of an act that wait for a second person and count, by the digests of what is wished.

        Raises:
            VaultKeyWrong, SealBroken, KeyServerDown, KeyServerRefused: when that cannot be compared now.
        """
        asked = select(WishRow).where(WishRow.act == act.value, WishRow.seconded_at.is_(None))
        asked = asked.where(WishRow.asked_at > at - LASTS).order_by(WishRow.asked_at.desc())
        async with self._rows.read() as rows:
            waiting = await _counting(rows, await rows.session.scalars(asked), at)
            return {row.digest: _wish(row, (await rows.stated(row.id)).get(WISHED, "")) for row in waiting}


def _wish(row: WishRow, content: str = "") -> Wish:
    return Wish(
        asked_by=row.asked_by,
        identity=IdentityId(row.identity_id),
        why=row.why,
        until=row.asked_at + LASTS,
        content=content,
    )


def _kept(digest: str, at: datetime) -> Select[WishRow]:
    kept = select(WishRow).where(WishRow.digest == digest, WishRow.seconded_at.is_(None))
    return kept.where(WishRow.asked_at > at - LASTS).order_by(WishRow.asked_at)


async def _waiting(rows: AccessRows, digest: str, at: datetime) -> list[WishRow]:
    return await _counting(rows, await rows.session.scalars(_kept(digest, at).with_for_update()), at)


async def _counting(rows: AccessRows, found: ScalarResult[WishRow], at: datetime) -> list[WishRow]:
    wishes = found.all()
    altered = await rows.altered(*wishes)
    return [each for each in wishes if each not in altered and await _is_known(rows, each.identity_id, at)]


async def _is_known(rows: AccessRows, identity_id: str, at: datetime) -> bool:
    """Whether a key or log-in of the identity that wished counts."""
    session = rows.session
    keys = (await session.scalars(select(ApiKeyRow).where(ApiKeyRow.identity_id == identity_id))).all()
    subjects = (await session.scalars(select(SubjectRow).where(SubjectRow.identity_id == identity_id))).all()
    identity = await session.get(IdentityRow, identity_id)
    if identity is None:
        return False
    altered = await rows.altered(identity, *keys, *subjects)
    by_key = any(counts(key, at) for key in keys if key not in altered)
    by_log_in = any(each.barred_at is None for each in subjects if each not in altered)
    return identity not in altered and (by_key or by_log_in)


def _message(row: WishRow) -> str:
    return f"{row.act}, wished by {row.asked_by}: {row.why}"
