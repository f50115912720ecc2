"""Wishes to lower limits of a site, as the rules of notices see them: read on from look to look."""

from datetime import datetime

from rotation.identity.two_persons import TwoPersonAct, WishedFloors
from rotation.notice.watched import WatchedWish
from store.access.stated_wishes import WishesRead
from store.store import Store


class WishedLimitsLook:
    """What of them is known."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._known = WishesRead()

    def forget(self) -> None:
        """Read all again: another worker has looked meanwhile, or a backup was put back."""
        self._known = WishesRead()

    async def look(self, now: datetime) -> tuple[WatchedWish, ...]:
        """Those about sites in use that wait for a second person, have not lapsed, and would still change something."""
        self._known = await self._store.stated_wishes.further(TwoPersonAct.FLOORS, self._known)
        waiting = {name: wish for name, wish in self._known.waiting.items() if now < wish.until}
        known = {each.id: each for each in await self._store.sites.list()} if waiting else {}
        found = []
        for name, wish in waiting.items():
            wished = WishedFloors.of(wish)
            site = known.get(wished.site) if wished is not None else None
            if wished is not None and site is not None and not site.archived_at and site.limits != wished.limits:
                found.append(WatchedWish(site=site, name=name, wish=wish, limits=wished.limits))
        return tuple(found)
