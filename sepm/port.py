"""The calls to a site's SEPM: its REST API answers them, or what its people have entered does."""

from collections.abc import AsyncIterator, Iterable, Mapping
from datetime import datetime
from typing import Protocol, Self

from rotation.survey import GroupGlance, ObservedClient, ObservedGroup, Pair, PairSettings
from rotation.values import GroupId, ListName


class Sepm(Protocol):
    """A site's SEPM. Reads are complete or fail, writes prove nothing; all raise the kinds of `SepmError`."""

    async def __aenter__(self) -> Self:
        """Open it."""
        ...

    async def __aexit__(self, *_: object) -> None:
        """Close it."""
        ...

    async def version(self) -> str:
        """Its version."""
        ...

    async def clock(self) -> datetime:
        """Its own clock now, cut to the second."""
        ...

    def clock_of_last_answer(self) -> datetime:
        """Its own clock at its latest answer."""
        ...

    async def groups(self, known: Mapping[GroupId, ObservedGroup] | None = None) -> list[ObservedGroup]:
        """Every group with its settings. Of one whose policy is the one of `known`, the settings are taken from there.

        That is right only where each change of a setting has another policy made.
        """
        ...

    async def policy_dates(self, ids: Iterable[GroupId]) -> dict[GroupId, datetime]:
        """When the policy of each group was made."""
        ...

    async def pair_settings(self, pair: Pair) -> PairSettings:
        """The settings of a pair now."""
        ...

    async def set_server_list(self, pair: Pair, name: ListName) -> None:
        """Have a list assigned."""
        ...

    async def set_secure_communications(self, pair: Pair, enabled: bool) -> None:
        """Have secure communications switched."""
        ...

    async def set_log_size(self, pair: Pair, kb: int) -> None:
        """Have the size of clients' system log changed, in KB."""
        ...

    def clients(
        self, updated_since: datetime | None = None, *, domains: Iterable[str] = ()
    ) -> AsyncIterator[ObservedClient]:
        """Every client, each once."""
        ...

    async def replication_partners(self) -> tuple[str, ...]:
        """The sites that it replicates with."""
        ...

    async def known_lists(self) -> tuple[ListName, ...] | None:
        """The server lists that it shows; None when it shows none."""
        ...

    async def lists_edited(self) -> dict[ListName, datetime | None]:
        """The server lists that it shows, with when each was last edited, on its own clock."""
        ...

    async def glances(self) -> dict[GroupId, GroupGlance]:
        """When it made the policy of every group, and how many clients it has."""
        ...
