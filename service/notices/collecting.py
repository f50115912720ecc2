"""From a look to the outbox: what people are called for now, kept with how far it was read."""

from datetime import datetime, timedelta

from rotation.notice import dated, latest_start, matters
from rotation.notice.changes import changes
from rotation.notice.matter import Matter
from rotation.notice.notice import Notice
from rotation.notice.of_event import of_end, of_event
from rotation.notice.watched import EndedRotation, WatchedRotation
from service.notices import looking
from service.notices.attention import AttentionSource
from service.notices.wished_limits import WishedLimitsLook
from store.notice.matters import Followed
from store.store import Store

_STEP_BEGAN = "step-began"


class Collector:
    """Looks, and keeps what is new. A look that fails keeps nothing, and is made again."""

    def __init__(self, store: Store, sites_every: timedelta, attention: AttentionSource) -> None:
        self._store = store
        self._attention = attention
        self._wishes = WishedLimitsLook(store)
        self._sites_every = sites_every
        self._sites_at: datetime | None = None
        self._of_sites: tuple[Matter, ...] = ()

    def forget(self) -> None:
        """Look at everything again: another worker has looked meanwhile."""
        self._sites_at = None
        self._attention.forget()
        self._wishes.forget()

    async def collect(self, now: datetime) -> int:
        """Keep the notices of what has changed. Returns how many are new."""
        store = self._store
        followed = await store.matters.followed()
        running = await looking.running(store, self._attention, now)
        ended = await looking.ended(store, [each.id for each in running], followed)
        notices, follow = list[Notice](), list[Followed]()
        seen: tuple[WatchedRotation | EndedRotation, ...] = (*running, *ended)
        for each in seen:
            known = followed.get(each.id) or Followed(rotation_id=each.id, step_since=now)
            found, further = await self._of_rotation(each, known, now)
            notices += found
            if further != followed.get(each.id):
                follow.append(further)
        notices += await self._look_at_sites(now)
        of_rotations = (matter for one in running for matter in matters.of_rotation(one))
        of_wishes = map(matters.of_wish, await self._wishes.look(now))
        stands = (*of_rotations, *of_wishes, *self._of_sites)
        uncertain = [each.id for each in running if not each.is_certain]
        found_changes = changes(await store.matters.standing(), stands, now, uncertain=uncertain)
        return await store.outbox.keep(notices, found_changes, follow, now)

    async def _of_rotation(
        self, seen: WatchedRotation | EndedRotation, known: Followed, now: datetime
    ) -> tuple[list[Notice], Followed]:
        """The notices of what a rotation has reported, and of what time has brought."""
        reported = await looking.events(self._store, seen.id, known.event_number)
        found = [notice for event in reported if (notice := of_event(seen.id, seen.site, event)) is not None]
        if reported:
            known = known.model_copy(update={"event_number": reported[-1].number})
        if len(reported) == looking.EVENTS:
            return found, known  # there are more: they are read before what follows from its end
        if isinstance(seen, EndedRotation):
            return [*found, of_end(seen)], known.model_copy(update={"ended": True})
        if seen.step_id != known.step_id:
            began = [event.at for event in reported if event.kind == _STEP_BEGAN]
            known = known.model_copy(update={"step_id": seen.step_id, "step_since": began[-1] if began else now})
        return [*found, *dated.of_rotation(seen, now, step_since=known.step_since)], known

    async def _look_at_sites(self, now: datetime) -> list[Notice]:
        """What changes slowly is looked at seldom; between looks it stands as it was."""
        if self._sites_at is not None and self._sites_at <= now < self._sites_at + self._sites_every:
            return []
        seen = await looking.sites(self._store)
        self._of_sites, self._sites_at = tuple(matter for each in seen for matter in matters.of_site(each)), now
        return [notice for each in seen for notice in latest_start.of_site(each, now)]
