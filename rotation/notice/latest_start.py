"""Certificates that end: 90, 60, 30, 14 and 7 days before a rotation must begin, and when that has passed."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from rotation.notice.notice import Notice, NoticeKind
from rotation.notice.watched import WatchedSite
from rotation.values import ServerName
from rotation.watch.inventory import Port

_DAYS = (0, 7, 14, 30, 60, 90)
_DAY = timedelta(days=1)


def of_site(seen: WatchedSite, now: datetime) -> tuple[Notice, ...]:
    """The notice of each server whose days are few: of the least number of days that is reached, once.

    Where the newest plan of the site has a latest safe start, and the certificate that decides it is still there, the
    days are counted to it; else to the end of the certificate. A site whose rotation runs has begun.
    """
    if seen.runs:
        return ()
    return tuple(_of_site(seen, now))


def _of_site(seen: WatchedSite, now: datetime) -> Iterator[Notice]:
    plan, ends = seen.latest_start, _ends(seen)
    if plan is not None and ends.get(plan.server, plan.ends) == plan.ends:
        yield from _notice(seen, plan.server, plan.at, plan.ends, now)
        ends.pop(plan.server, None)
    for server, end in sorted(ends.items()):
        yield from _notice(seen, server, end, end, now)


def _ends(seen: WatchedSite) -> dict[ServerName, datetime]:
    """When the certificate of each server's client port ends, as it was seen last."""
    found = {}
    for port in seen.ports:
        if port.endpoint.port is Port.CLIENT and port.current is not None:
            end = port.current.certificate.not_after
            if end is not None:
                found[port.endpoint.server] = end
    return found


def _notice(seen: WatchedSite, server: ServerName, by: datetime, ends: datetime, now: datetime) -> Iterator[Notice]:
    left = by - now
    days = next((days for days in _DAYS if left <= days * _DAY), None)
    if days is None:
        return
    yield Notice(
        key=f"start/{seen.site.id}/{server}/{by.isoformat()}/{days}",
        kind=NoticeKind.LATEST_START,
        at=now,
        site_id=seen.site.id,
        site_name=seen.site.name,
        subject=server,
        by_when=by,
        days=days,
        text=ends.date().isoformat(),
    )
