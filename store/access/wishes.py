"""Wishes that wait for a second person, and who has seconded them. Rows stay: they are the trail."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import ColumnElement, exists, or_, select

from rotation.identity.identity import IdentityId, Principal
from rotation.identity.two_persons import LASTS, TwoPersonAct, Wish, wish_digest
from store.database.database import Database
from store.schema.tables import ApiKeyRow, SubjectRow, WishRow

_HAS_A_LOG_IN = exists().where(SubjectRow.identity_id == WishRow.identity_id, SubjectRow.barred_at.is_(None))


class Wishes:
    """What two persons do together."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def second(
        self, act: TwoPersonAct, content: Mapping[str, Any], *, by: Principal, why: str, at: datetime
    ) -> Wish | None:
        """The same wish of another identity, which this one seconds by it; None: it is kept as this identity's own.

        A wish counts once, for the very same content, for a week, and while a key or log-in of its identity counts.
        """
        digest = wish_digest(act, content)
        async with self._database.write() as session:
            rows = await session.scalars(
                select(WishRow)
                .where(WishRow.digest == digest, WishRow.seconded_at.is_(None), WishRow.asked_at > at - LASTS)
                .where(or_(_has_a_key(at), _HAS_A_LOG_IN))
                .order_by(WishRow.asked_at)
                .with_for_update()
            )
            waiting = rows.all()
            for row in waiting:
                if row.identity_id != by.id:
                    row.seconded_by, row.seconded_identity, row.seconded_at = by.name, by.id, at
                    return Wish(asked_by=row.asked_by, identity=IdentityId(row.identity_id), why=row.why)
            if not waiting:
                wish = {"act": act.value, "digest": digest, "asked_by": by.name, "identity_id": by.id, "why": why}
                session.add(WishRow(id=uuid4().hex, **wish, asked_at=at, seconded_by="", seconded_identity=""))
        return None


def _has_a_key(at: datetime) -> ColumnElement[bool]:
    """Whether a key of the identity that wished counts."""
    return exists().where(
        ApiKeyRow.identity_id == WishRow.identity_id,
        ApiKeyRow.revoked_at.is_(None),
        or_(ApiKeyRow.expires_at.is_(None), ApiKeyRow.expires_at > at),
    )
