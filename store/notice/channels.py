"""The channels by which people are called. Each secret is sealed, and bound to where it goes."""

from datetime import datetime
from uuid import uuid4

from pydantic import Field, SecretStr, TypeAdapter, ValidationError
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from rotation.notice.channel import ChannelSettings, Target
from rotation.values import Value
from store.database.chain import canonical
from store.database.database import Database
from store.database.page import FIRST_PAGE, ListOrder, Page, PageRequest, read_page
from store.fault import StoreFault
from store.keys.key_encryption import SealBroken
from store.keys.sealed import CHANNEL_SECRET, subject_of
from store.keys.vault import Vault
from store.notice.delivery import DeliveryState
from store.schema.tables import DeliveryRow, NoticeChannelRow
from store.trail.site_trail import SERVICE_TRAIL, Author, NewTrailEvent, SiteTrail, TrailKind

_TARGET: TypeAdapter[Target] = TypeAdapter(Target)
_BY_NAME = ListOrder("channels", (NoticeChannelRow.name, NoticeChannelRow.id))


class UnknownChannel(StoreFault):
    """No channel of that id is in use."""


class ChannelExists(StoreFault):
    """A channel has that name already."""


class ChannelChanged(StoreFault):
    """The channel has other settings by now than those that the caller has read. Nothing was changed now."""


class Channel(Value):
    """A channel as it is kept, and how it fares. Its secret is not part of it."""

    id: str
    settings: ChannelSettings
    has_secret: bool = Field(description="Whether a password or a signing key is kept for it")
    added_at: datetime
    added_by: str
    waiting: int = Field(description="Messages that were not delivered yet, those of digests and quiet hours included")
    failing_since: datetime | None = Field(description="Since when no message could be delivered; null: none failed")
    retry_at: datetime | None = Field(description="When the message that failed is tried again")
    error: str = Field(description="Why the last try failed")


class Channels:
    """The channels in use."""

    def __init__(self, database: Database, vault: Vault, trail: SiteTrail) -> None:
        self._database = database
        self._vault = vault
        self._trail = trail

    async def add(self, settings: ChannelSettings, secret: SecretStr | None, by: Author, at: datetime) -> Channel:
        """Keep a channel.

        Raises:
            ChannelExists: when one has its name.
            KeyServerDown, KeyServerRefused: when its secret cannot be sealed.
        """
        channel_id, target = uuid4().hex, _text(settings)
        row = NoticeChannelRow(
            id=channel_id,
            name=settings.name,
            settings=settings,
            target=target,
            secret_sealed=await self._sealed(channel_id, target, secret),
            added_at=at,
            added_by=by.who,
            last_number=0,
            tries=0,
            error="",
        )
        await self._trail.ready()
        try:
            async with self._database.write() as session:
                session.add(row)
                await session.flush()
                head = await self._trail.append_within(
                    session, SERVICE_TRAIL, _noted(TrailKind.CHANNEL_ADDED, row, by, at)
                )
        except IntegrityError:
            raise ChannelExists(f"there is a channel {settings.name!r} already") from None
        await self._trail.note(SERVICE_TRAIL, head)
        return _channel(row, 0)

    async def change(
        self,
        channel_id: str,
        settings: ChannelSettings,
        secret: SecretStr | None,
        by: Author,
        at: datetime,
        *,
        expected: ChannelSettings | None = None,
    ) -> Channel:
        """Set a channel. Its secret stays where none is given and it goes to the same place; else it is dropped.

        Raises:
            UnknownChannel: when none of that id is in use.
            ChannelChanged: when it has other settings than the expected ones.
            ChannelExists: when another one has its name.
            KeyServerDown, KeyServerRefused: when its secret cannot be sealed.
        """
        target = _text(settings)
        sealed = await self._sealed(channel_id, target, secret)
        await self._trail.ready()
        try:
            async with self._database.write() as session:
                row = await _known(session, channel_id)
                if expected is not None and row.settings != expected:
                    raise ChannelChanged(f"channel {row.name} has changed since it was read")
                if secret is not None or not _leads_to(row.target, settings.target):
                    row.secret_sealed, row.target = sealed, target
                row.name, row.settings = settings.name, settings
                row.tries, row.retry_at = 0, None
                await session.flush()
                head = await self._trail.append_within(
                    session, SERVICE_TRAIL, _noted(TrailKind.CHANNEL_CHANGED, row, by, at)
                )
                shown = _channel(row, await _waiting(session, channel_id))
        except IntegrityError:
            raise ChannelExists(f"there is a channel {settings.name!r} already") from None
        await self._trail.note(SERVICE_TRAIL, head)
        return shown

    async def remove(self, channel_id: str, by: Author, at: datetime) -> Channel:
        """Send nothing over a channel any more. What waits for it is given up, and its secret is dropped.

        Raises:
            UnknownChannel: when none of that id is in use.
        """
        await self._trail.ready()
        async with self._database.write() as session:
            row = await _known(session, channel_id)
            shown = _channel(row, await _waiting(session, channel_id))
            row.removed_at, row.secret_sealed = at, None
            head = await self._trail.append_within(
                session, SERVICE_TRAIL, _noted(TrailKind.CHANNEL_REMOVED, row, by, at)
            )
        await self._trail.note(SERVICE_TRAIL, head)
        return shown

    async def get(self, channel_id: str) -> Channel:
        """The channel of that id.

        Raises:
            UnknownChannel: when none is in use.
        """
        async with self._database.read() as session:
            return _channel(await _known(session, channel_id, lock=False), await _waiting(session, channel_id))

    async def page(self, asked: PageRequest = FIRST_PAGE) -> Page[Channel]:
        """The channels in use, by name.

        Raises:
            BadCursor: when the cursor is not one of this list.
        """
        waiting = select(func.count()).where(
            DeliveryRow.channel_id == NoticeChannelRow.id, DeliveryRow.state == DeliveryState.WAITING
        )
        in_use = select(NoticeChannelRow, waiting.correlate(NoticeChannelRow).scalar_subquery()).where(
            NoticeChannelRow.removed_at.is_(None)
        )
        return await read_page(self._database, in_use, _BY_NAME, asked, _channel)

    async def with_secret(self, channel_id: str) -> tuple[Channel, SecretStr | None]:
        """A channel, and the password or signing key for the place that it goes to; None where there is none.

        Raises:
            UnknownChannel: when none of that id is in use.
            SealBroken: when its place was changed in the database.
            VaultKeyWrong, NotOpenedHere, KeyServerDown, KeyServerRefused: when it cannot be opened.
        """
        async with self._database.read() as session:
            row = await _known(session, channel_id, lock=False)
            channel = _channel(row, await _waiting(session, channel_id))
        if row.secret_sealed is None:
            return channel, None
        # the secret is bound to the text; the message goes where the settings say
        if _TARGET.validate_json(row.target) != row.settings.target:
            raise SealBroken(f"channel {row.name} goes to another place than the one that its secret is for")
        opened = await self._vault.open(CHANNEL_SECRET, subject_of(channel_id, row.target), row.secret_sealed)
        return channel, SecretStr(opened.decode())

    async def _sealed(self, channel_id: str, target: str, secret: SecretStr | None) -> bytes | None:
        if secret is None:
            return None
        return await self._vault.seal(
            CHANNEL_SECRET, subject_of(channel_id, target), secret.get_secret_value().encode()
        )


def _text(settings: ChannelSettings) -> str:
    return canonical(settings.target.model_dump(mode="json"))


def _leads_to(text: str, target: Target) -> bool:
    """Whether a kept text is that target: one that an earlier release has kept lacks the fields of this one."""
    try:
        return _TARGET.validate_json(text) == target
    except ValidationError:
        return False


def _noted(kind: TrailKind, row: NoticeChannelRow, by: Author, at: datetime) -> NewTrailEvent:
    # where exactly it goes is no part of it: the address of a webhook may be a secret
    data = {"channel": row.id, "kind": row.settings.target.kind}
    return NewTrailEvent(at=at, kind=kind, message=f"channel {row.name}", author=by, data=data)


async def _known(session: AsyncSession, channel_id: str, *, lock: bool = True) -> NoticeChannelRow:
    row = await session.get(NoticeChannelRow, channel_id, with_for_update={"key_share": True} if lock else None)
    if row is None or row.removed_at is not None:
        raise UnknownChannel(f"no channel of id {channel_id} is in use")
    return row


async def _waiting(session: AsyncSession, channel_id: str) -> int:
    waits = select(func.count()).where(DeliveryRow.channel_id == channel_id, DeliveryRow.state == DeliveryState.WAITING)
    return await session.scalar(waits) or 0


def _channel(row: NoticeChannelRow, waiting: int) -> Channel:
    return Channel(
        id=row.id,
        settings=row.settings,
        has_secret=row.secret_sealed is not None,
        added_at=row.added_at,
        added_by=row.added_by,
        waiting=waiting,
        failing_since=row.failing_since,
        retry_at=row.retry_at,
        error=row.error,
    )
