"""By when all clients of a build have their list, by those that were looked at (rule 10).

Clients of one build take the list equally long after the policy: that is the lag of the build.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from rotation.plan.work.client_look import Looked
from rotation.values import ClientId, Fingerprint, GroupId

_MINUTE = timedelta(minutes=1)
"""To which the age of a file is known."""
LONGEST_LAG = timedelta(days=4)
"""What is taken for a list's lag where the client looked at has had its policy for longer: a long weekend."""


class CandidateClient(NamedTuple):
    """A client whose policy serial a gate has taken for its list."""

    id: ClientId
    name: str
    build: str
    owner: GroupId
    path: str
    relaxed: bool
    taken_at: datetime | None
    """When it was first seen with the policy."""
    certificates: frozenset[Fingerprint] = frozenset()
    """Those that it must hold by now."""
    check_in: timedelta = timedelta(0)
    """The longest time between two check-ins of its group."""
    published: datetime | None = None
    """Before this no server published the list; None where that is not known."""
    took_policy: bool = True
    """Whether it had the policy at `taken_at` for sure: it showed it, or came when the slowest server had published."""

    @property
    def label(self) -> str:
        """Its build and what it does: one client of each is looked at."""
        return f"{self.build}, {'over HTTP' if self.relaxed else 'failing over'}"


def by_when(
    right: Sequence[tuple[CandidateClient, Looked]], candidates: Iterable[CandidateClient], now: datetime
) -> dict[str, datetime]:
    """Of each build of which a client was right, by when all have their list; `now` where each was looked at.

    Of several that were right, the one that says the latest counts.
    """
    seen, alike = {found.id for found, _ in right}, defaultdict[str, list[CandidateClient]](list)
    for each in {each.id: each for each in candidates}.values():
        if each.id not in seen:
            alike[each.label].append(each)
    shown: dict[str, datetime] = {}
    for found, looked in right:
        until = others_have_it(found, looked, alike[found.label], now)
        shown[found.label] = max(until, shown.get(found.label, until))
    return shown


def others_have_it(
    found: CandidateClient, looked: Looked, others: Iterable[CandidateClient], now: datetime
) -> datetime:
    """By when each other client of a build has its list, by one that has it. The earlier of two bounds counts.

    Clients of one build take the list equally long after the policy, four days at most, at their next check-in then.

    1. The client had its list when it was looked at. It took its policy one check-in before it showed it, at most.
    2. Where its file was last written some time after the list was first published, it took the list no later than
       that, and the policy no earlier than this. A file from before that shows nothing, and so does any for a client
       that came to a server which may publish later than others.
    """
    longest, lag = _longest(found, now), lag_of(found, looked, now)
    by_when = ((each.taken_at or now) + (lag if each.took_policy else longest) + each.check_in for each in others)
    return max(by_when, default=now)


def lag_of(found: CandidateClient, looked: Looked, now: datetime) -> timedelta:
    """How long after the policy a client has taken its list, at most: the smaller of the two bounds."""
    lag = _longest(found, now)
    if looked.age_minutes is not None and found.published is not None:
        written = now - timedelta(minutes=looked.age_minutes) + _MINUTE
        if written >= found.published:
            lag = min(lag, written - found.published)
    return lag


def _longest(found: CandidateClient, now: datetime) -> timedelta:
    return min(now - (found.taken_at or now), LONGEST_LAG) + found.check_in
