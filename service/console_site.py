"""A site without REST, read from its document, operators' statements, its newest export and its servers' own ports."""

from collections.abc import AsyncIterator, Iterable, Mapping
from datetime import datetime
from typing import Self

from rotation.access import OfflineDocument
from rotation.console.exported import observed, paths_of, undescribed
from rotation.console.record import OfflineRecord
from rotation.site import Site
from rotation.survey import GroupGlance, ObservedClient, ObservedGroup, Pair, PairSettings
from rotation.values import GroupId, ListName
from sepm.errors import Gone, NothingEntered, Refused, Unreachable
from sepm.tls.probe import CertificateProbe
from store.site.console import ConsoleRecords

_BY_HAND = "it has no REST API: this is done at its console"


async def record_of(site: Site, access: OfflineDocument, console: ConsoleRecords) -> OfflineRecord:
    """The site by its document and what operators stated since."""
    return OfflineRecord(access=access, entries=await console.entries(site.id, access.recorded_at))


class ConsoleSite:
    """Answers what SEPM's REST API would. Every write is refused, which has it done by a person."""

    def __init__(self, site: Site, access: OfflineDocument, console: ConsoleRecords, probe: CertificateProbe) -> None:
        self._site, self._access, self._console, self._probe = site, access, console, probe
        self._clock: datetime | None = None

    async def __aenter__(self) -> Self:
        await self.clock()
        return self

    async def __aexit__(self, *_: object) -> None:
        """Nothing is open."""

    async def version(self) -> str:
        """As the document says."""
        return self._access.version

    async def clock(self) -> datetime:
        """The clock of the first server that answers on a client port.

        Raises:
            Unreachable: when none does.
        """
        for server in self._site.servers:
            for look in (self._probe.probe_http, self._probe.probe_https_clock):
                clock = (await look(server)).clock
                if clock is not None:
                    self._clock = clock
                    return clock
        what = "no server tells its time on its client ports"
        raise Unreachable(self._site.name, what, "bring a server up: proof rests on the servers' own clock")

    def clock_of_last_answer(self) -> datetime:
        """The clock as it was last asked."""
        if self._clock is None:
            raise AssertionError("its clock is asked when it is opened")
        return self._clock

    async def groups(self, known: Mapping[GroupId, ObservedGroup] | None = None) -> list[ObservedGroup]:  # noqa: ARG002 - the port's
        """The groups of the document, with the changes that operators stated since, and others of the newest export."""
        return [*(await self._record()).groups(), *await self._undescribed()]

    async def policy_dates(self, ids: Iterable[GroupId]) -> dict[GroupId, datetime]:
        """By the serials that were copied from the console; where none was, when the change was stated.

        Raises:
            Gone: when the document has no such group.
        """
        known = (await self._record()).policies()
        wanted = list(ids)
        for group in wanted:
            if group not in known:
                raise self._gone(f"group {group}")
        return {group: known[group].made for group in wanted}

    async def pair_settings(self, pair: Pair) -> PairSettings:
        """The settings of a pair.

        Raises:
            Gone: when the document has no such pair.
        """
        settings = (await self._record()).settings(pair)
        if settings is None:
            raise self._gone(f"pair {pair.group_id} / {pair.location_id}")
        return settings

    async def set_server_list(self, pair: Pair, name: ListName) -> None:
        """Refused.

        Raises:
            Refused: always.
        """
        raise Refused(self._site.name, _BY_HAND, f"assign {name!r} to {pair.group_id} there")

    async def set_secure_communications(self, pair: Pair, enabled: bool) -> None:
        """Refused.

        Raises:
            Refused: always.
        """
        how = f"switch {pair.group_id} on there" if enabled else f"switch {pair.group_id} off there"
        raise Refused(self._site.name, _BY_HAND, how)

    async def set_log_size(self, pair: Pair, kb: int) -> None:
        """Refused.

        Raises:
            Refused: always.
        """
        raise Refused(self._site.name, _BY_HAND, f"set the log size of {pair.group_id} to {kb} KB there")

    async def clients(
        self,
        updated_since: datetime | None = None,
        *,
        domains: Iterable[str] = (),  # noqa: ARG002 - an export has them all
    ) -> AsyncIterator[ObservedClient]:
        """The clients of the newest export.

        Raises:
            NothingEntered: when there is none.
        """
        export = await self._console.newest_export(self._site.id)
        if export is None:
            what = "no person has uploaded an export of its clients"
            raise NothingEntered(
                self._site.name, what, f"export them in the console, then: rotator site clients {self._site.id}"
            )
        shown = observed(
            await self._console.clients(export),
            await self._record(),
            tells_serials=export.tells_serials,
            settle=self._site.limits.publish_delay,
        )
        for client in shown:
            if updated_since is None or (client.last_seen is not None and client.last_seen >= updated_since):
                yield client

    async def replication_partners(self) -> tuple[str, ...]:
        """As the document says, or as operators stated since."""
        return (await self._record()).partners

    async def known_lists(self) -> None:
        """Nothing shows them."""
        return

    async def lists_edited(self) -> dict[ListName, datetime | None]:
        """Nothing shows them."""
        return {}

    async def glances(self) -> dict[GroupId, GroupGlance]:
        """As `policy_dates`, of every group that `groups` has; no clients are counted."""
        return {group.id: GroupGlance(group.policy_date, None) for group in await self.groups()}

    async def _record(self) -> OfflineRecord:
        return await record_of(self._site, self._access, self._console)

    async def _undescribed(self) -> tuple[ObservedGroup, ...]:
        export = await self._console.newest_export(self._site.id)
        if export is None:
            return ()
        return undescribed(export.groups or paths_of(await self._console.clients(export)), self._access)

    def _gone(self, what: str) -> Gone:
        return Gone(self._site.name, f"its document has no {what}", "describe the site again when no rotation runs")
