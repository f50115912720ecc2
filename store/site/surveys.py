"""Surveys: what was read of a site at one time. Its clients go into the roster as they arrive."""

from collections import OrderedDict
from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import Row, Text, bindparam, func, insert, select, type_coerce, update
from sqlalchemy.ext.asyncio import AsyncConnection

from rotation.survey import ObservedClient, ServedCertificate, SiteSurvey
from rotation.values import SiteId
from store.database.built_once import built_once
from store.database.database import Database
from store.fault import StoreFault
from store.schema.base import table_of
from store.schema.tables import SurveyRow
from store.site.reading import Reading, date_back, mark_vanished, record_clients
from store.site.sites import expect_site_in_use


class UnknownSurvey(StoreFault):
    """No survey of that id was begun."""


class SurveyNotSaved(StoreFault):
    """A survey of which only the beginning, or only clients, are stored."""


_KEPT = 8
"""How many surveys are kept as read: one that is asked for again costs a comparison of its text."""
_NEWEST = built_once(
    select(SurveyRow.id)
    .where(SurveyRow.site_id == bindparam("site"), SurveyRow.finished)
    .order_by(SurveyRow.number.desc(), SurveyRow.id)
    .limit(1)
)
_NEWEST_FEW = built_once(
    select(SurveyRow.id)
    .where(SurveyRow.site_id == bindparam("site"), SurveyRow.finished)
    .order_by(SurveyRow.number.desc(), SurveyRow.id)
    .limit(bindparam("most"))
)
_BEGUN = built_once(
    select(
        SurveyRow.id,
        SurveyRow.site_id,
        SurveyRow.begun_at,
        SurveyRow.finished,
        type_coerce(SurveyRow.survey, Text).is_not(None).label("is_saved"),
    ).where(SurveyRow.id == bindparam("of"))
)
_BEGIN = built_once(insert(table_of(SurveyRow)))
_NUMBERED = built_once(select(func.max(SurveyRow.number).label("number")).where(SurveyRow.site_id == bindparam("site")))
_SAVE = built_once(update(table_of(SurveyRow)).where(SurveyRow.id == bindparam("of")).values(survey=bindparam("read")))
_FINISH = built_once(
    update(table_of(SurveyRow))
    .where(SurveyRow.id == bindparam("of"))
    .values(finished=True, client_count=bindparam("clients"))
)
_TEXT = built_once(select(type_coerce(SurveyRow.survey, Text).label("text")).where(SurveyRow.id == bindparam("survey")))


class Surveys:
    """The surveys of all sites."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._read: OrderedDict[str, tuple[str, SiteSurvey]] = OrderedDict()

    async def begin(self, site_id: SiteId, at: datetime) -> str:
        """Begin a survey. Returns its id.

        Raises:
            UnknownSite: when no such site is registered.
            SiteArchived: when it is archived.
        """
        survey_id = str(uuid4())
        new = {"id": survey_id, "site_id": site_id, "begun_at": at, "survey": None, "finished": False}
        async with self._database.write_rows() as connection:
            await expect_site_in_use(connection, site_id)
            before = await connection.scalar(_NUMBERED, {"site": site_id}) or 0
            await connection.execute(_BEGIN, {**new, "number": before + 1})
            await date_back(connection, site_id, at)
        return survey_id

    async def save(self, survey_id: str, survey: SiteSurvey) -> None:
        """Store everything but the clients. Again replaces it.

        Raises:
            UnknownSurvey: when it was not begun.
        """
        async with self._database.write_rows() as connection:
            await _known(connection, survey_id)
            await connection.execute(_SAVE, {"of": survey_id, "read": survey})

    async def add_clients(self, survey_id: str, clients: Collection[ObservedClient]) -> None:
        """Store some of the clients; each is in the roster at once. The same ones again are no error.

        Raises:
            UnknownSurvey: when it was not begun.
        """
        async with self._database.read_rows() as connection:
            row = await _known(connection, survey_id)
        await record_clients(self._database, _reading(row), clients)

    async def finish(self, survey_id: str, client_count: int) -> None:
        """Mark it complete: clients of the site that it did not show have vanished. Again is no error.

        A client that a newer reading showed stays.

        Raises:
            UnknownSurvey: when it was not begun.
            SurveyNotSaved: when only its clients are stored.
        """
        async with self._database.write_rows() as connection:
            row = await _known(connection, survey_id)
            if not row.is_saved:
                raise SurveyNotSaved(f"survey {survey_id} has clients only; save it before it is finished")
            if row.finished:
                return
            await connection.execute(_FINISH, {"of": survey_id, "clients": client_count})
            await mark_vanished(connection, _reading(row), groups=None)

    async def get(self, survey_id: str) -> SiteSurvey:
        """The survey of that id.

        Raises:
            UnknownSurvey: when it was not begun.
            SurveyNotSaved: when it was begun and not saved.
        """
        async with self._database.read_rows() as connection:
            row = (await connection.execute(_TEXT, {"survey": survey_id})).one_or_none()
        if row is None:
            raise _unknown(survey_id)
        if row.text is None:
            raise SurveyNotSaved(f"survey {survey_id} was begun and not saved")
        known = self._read.get(survey_id)
        if known is not None and known[0] == row.text:
            return known[1]
        survey = SiteSurvey.model_validate_json(row.text)
        self._read[survey_id] = row.text, survey
        while len(self._read) > _KEPT:
            self._read.popitem(last=False)
        return survey

    async def latest_complete(self, site_id: SiteId) -> str | None:
        """The id of the site's newest complete survey, or None when it was never surveyed."""
        async with self._database.read_rows() as connection:
            newest: str | None = await connection.scalar(_NEWEST, {"site": site_id})
        return newest

    async def client_count(self, survey_id: str) -> int:
        """How many clients a complete survey has shown; 0 of one that is not complete, or that was not begun."""
        async with self._database.read() as session:
            return await session.scalar(select(SurveyRow.client_count).where(SurveyRow.id == survey_id)) or 0

    async def served(self, site_id: SiteId, most: int) -> tuple[ServedCertificate, ...]:
        """What the newest `most` complete surveys of a site saw at its servers' client ports, the newest first."""
        async with self._database.read_rows() as connection:
            known = list(await connection.scalars(_NEWEST_FEW, {"site": site_id, "most": most}))
        return tuple([served for survey_id in known for served in (await self.get(survey_id)).served])


async def _known(connection: AsyncConnection, survey_id: str) -> Row[*tuple[Any, ...]]:
    row = (await connection.execute(_BEGUN, {"of": survey_id})).one_or_none()
    if row is None:
        raise _unknown(survey_id)
    return row


def _unknown(survey_id: str) -> UnknownSurvey:
    return UnknownSurvey(f"no survey of id {survey_id} was begun")


def _reading(row: Row[*tuple[Any, ...]]) -> Reading:
    return Reading(site_id=SiteId(row.site_id), mark=row.id, at=row.begun_at, survey_id=row.id)
