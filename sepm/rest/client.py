"""What the service asks of a SEPM, in the words of the domain.

Reads are complete or fail. Writes return nothing and prove nothing: their caller reads back.
"""

from collections.abc import AsyncIterator, Iterable, Mapping
from datetime import datetime
from typing import Self

import httpx
from pydantic import TypeAdapter

from rotation.survey import GroupGlance, ObservedClient, ObservedGroup, Pair, PairSettings
from rotation.values import GroupId, ListName
from sepm.access import Access, RequestLimits
from sepm.clock import Clock
from sepm.errors import UnexpectedAnswer
from sepm.instants import from_epoch_ms, to_epoch_ms
from sepm.rest.clients import observed_client
from sepm.rest.domains import domain_ids
from sepm.rest.groups import read_glances, read_groups, read_policy_dates, read_settings
from sepm.rest.line import Line, Query
from sepm.rest.paging import rows
from sepm.rest.paths import group_path, settings_path
from sepm.rest.payloads import (
    ClientPayload,
    DatabasePayload,
    OnlinePayload,
    PagePayload,
    PolicyRowPayload,
    ReplicationPayload,
    ServerPayload,
    VersionPayload,
)
from sepm.rest.session import Session
from sepm.rest.settings import log_size_change, secure_communications_change, server_list_change
from sepm.rest.site_facts import OnlineCounts, SiteDatabase
from sepm.tls.handshakes import Heard
from sepm.tls.transport import TrustingTransport
from sepm.tls.trust import Trust

_VERSION = TypeAdapter(VersionPayload)
_CLIENTS = TypeAdapter(PagePayload[ClientPayload])
_SERVERS = TypeAdapter(list[ServerPayload])
_DATABASE = TypeAdapter(DatabasePayload)
_BOOLEAN = TypeAdapter(bool)
_REPLICATION = TypeAdapter(ReplicationPayload)
_POLICIES = TypeAdapter(PagePayload[PolicyRowPayload])
_ONLINE = TypeAdapter(OnlinePayload)

_CLIENTS_PAGE = 500
_SERVER_LIST = "msl"


class SepmClient:
    """A site's SEPM.

    Args:
        access: address and account.
        trust: which certificates are accepted.
        transport: carries the requests in place of TLS over the network, for a SEPM in this process; then no `trust`.
        clock: time for token lives and pauses.
        limits: how long a request may take, and how often it is sent again.
        at_once: how many reads run at the same time.
        heard: gets every TLS handshake before anything is sent over it.

    Every method raises the kinds of `SepmError`.
    """

    def __init__(
        self,
        access: Access,
        trust: Trust | None = None,
        *,
        transport: httpx.AsyncBaseTransport | Line | None = None,
        clock: Clock | None = None,
        limits: RequestLimits | None = None,
        at_once: int = 4,
        heard: Heard | None = None,
    ) -> None:
        if trust is not None and transport is None:
            transport = TrustingTransport(trust, access.address, heard)
        elif trust is not None or transport is None:
            raise ValueError("a SEPM client needs either a trust or a transport of its own")
        self._session = Session(access, transport, clock=clock, limits=limits)
        self._address = access.address
        self._at_once = at_once

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close the connections."""
        await self._session.aclose()

    @property
    def last_date(self) -> datetime | None:
        """SEPM's clock as the latest answer of any call showed it, to the second."""
        return self._session.last_date

    async def version(self) -> str:
        """SEPM's version, e.g. `14.3.9816.7000`. Asks without logging on."""
        return (await self._session.get("/api/v1/version", _VERSION, with_token=False)).version

    async def clock(self) -> datetime:
        """SEPM's own clock now, cut to the second: SEPM is asked again, because an old `Date` header is no clock."""
        await self.version()
        return self.clock_of_last_answer()

    def clock_of_last_answer(self) -> datetime:
        """SEPM's own clock, cut to the second, when it gave its latest answer: its clock now, after a call just made.

        Raises:
            UnexpectedAnswer: when that answer did not tell it.
        """
        if self._session.dated is None:
            raise UnexpectedAnswer(
                self._address,
                "its answer carries no Date header",
                "check that no proxy between here and SEPM removes it: proof rests on SEPM's own clock",
            )
        return self._session.dated

    async def groups(self, known: Mapping[GroupId, ObservedGroup] | None = None) -> list[ObservedGroup]:
        """Every group of every domain, with the settings of all its locations; inheriting groups show their own.

        Of a group whose policy is the one of `known`, its locations are taken from there: a call for each page of
        groups then, and some for each group whose policy is another one.
        """
        return await read_groups(self._session, known or {}, at_once=self._at_once)

    async def policy_dates(self, ids: Iterable[GroupId]) -> dict[GroupId, datetime]:
        """When SEPM made the policy of each group, on its own clock, to the millisecond."""
        return await read_policy_dates(self._session, list(dict.fromkeys(ids)), at_once=self._at_once)

    async def glances(self) -> dict[GroupId, GroupGlance]:
        """When SEPM made the policy of every group, and how many clients it has: a call for each page of groups."""
        return await read_glances(self._session)

    async def pair_settings(self, pair: Pair) -> PairSettings:
        """The settings of a pair, as SEPM shows them now."""
        return await read_settings(self._session, pair)

    async def set_server_list(self, pair: Pair, name: ListName) -> None:
        """Ask SEPM to assign an existing server list. No public source shows that it does: read back."""
        await self._session.patch(settings_path(pair), server_list_change(name))

    async def set_secure_communications(self, pair: Pair, enabled: bool) -> None:
        """Ask SEPM to switch secure communications. Read back."""
        await self._session.patch(settings_path(pair), secure_communications_change(enabled=enabled))

    async def set_log_size(self, pair: Pair, kb: int) -> None:
        """Ask SEPM for another size of its clients' system log, in KB (64 to 9999). Read back."""
        await self._session.patch(settings_path(pair), log_size_change(kb))

    async def clients(
        self, updated_since: datetime | None = None, *, domains: Iterable[str] = ()
    ) -> AsyncIterator[ObservedClient]:
        """Every client of every domain, each once.

        With `updated_since` only those that checked in since: for the curve, never to pass a gate (rule 2).
        `domains` is what `domain_ids` has returned; empty: SEPM is asked.
        """
        seen: set[str] = set()
        for domain in domains or await domain_ids(self._session):
            query: Query = {"domain": domain} if domain else {}
            async for client in self._clients_at("/api/v1/computers", query, updated_since):
                if client.id not in seen:
                    seen.add(client.id)
                    yield client

    async def clients_of(
        self, group_id: GroupId, updated_since: datetime | None = None
    ) -> AsyncIterator[ObservedClient]:
        """The clients of one group; as `clients`."""
        async for client in self._clients_at(f"{group_path(group_id)}/computers", {}, updated_since):
            yield client

    async def server_ids(self) -> tuple[str, ...]:
        """The ids of the site's management servers. SEPM documents no name, address or certificate of them."""
        return tuple(server.id for server in await self._session.get("/api/v1/admin/servers", _SERVERS))

    async def database(self) -> SiteDatabase:
        """The database of the site."""
        payload = await self._session.get("/api/v1/admin/database", _DATABASE)
        return SiteDatabase(
            name=payload.name,
            type=payload.type,
            version=payload.version,
            address=payload.address,
            installed_by_sepm=payload.installed_by_sepm,
        )

    async def replication_partners(self) -> tuple[str, ...]:
        """The names of the sites that this one replicates with; empty when it does not."""
        status = await self._session.get("/api/v1/replication/status", _REPLICATION)
        partners = {
            partner.name or "(a partner without a name)"
            for site in status.replication_status
            for partner in site.replication_partner_status_list
        }
        if not partners and await self._session.get("/api/v1/replication/is_replicated", _BOOLEAN):
            raise UnexpectedAnswer(
                self._address,
                "SEPM says that it replicates, but names no partner",
                "look at the replication partners of the site in the SEPM console",
            )
        return tuple(sorted(partners))

    async def known_lists(self) -> tuple[ListName, ...] | None:
        """The server lists that SEPM's policy summary shows; None when it shows none, as it does on some versions.

        The automatic default list seems never to be shown, so a list that is missing here may exist.
        """
        return tuple(sorted(await self.lists_edited())) or None

    async def lists_edited(self) -> dict[ListName, datetime | None]:
        """The server lists that SEPM's policy summary shows, with when each was last edited, on its own clock."""
        found: dict[ListName, datetime | None] = {}
        for domain in await domain_ids(self._session):
            query: Query = {"domainId": domain} if domain else {}

            async def fetch(index: int, _size: int, query: Query = query) -> PagePayload[PolicyRowPayload]:
                asked = query if index == 1 else {**query, "pageIndex": index}
                return await self._session.get("/api/v1/policies/summary", _POLICIES, asked)

            # this call takes no size
            async for row in rows(fetch, lambda row: row.id, size=0, address=self._address, what="policies"):
                if row.policytype.lower() == _SERVER_LIST:
                    # two domains may each have a list of that name
                    known, name = _edited_at(row), ListName(row.name)
                    found[name] = max(filter(None, (known, found.get(name))), default=None)
        return found

    async def online_counts(self) -> OnlineCounts:
        """How many clients SEPM holds for online and offline."""
        payload = await self._session.get("/api/v1/stats/client/onlinestatus", _ONLINE)
        counts = {row.status.upper(): row.clients_count for row in payload.client_count_stats_list}
        return OnlineCounts(online=counts.get("ONLINE", 0), offline=counts.get("OFFLINE", 0))

    async def _clients_at(
        self, path: str, query: Query, updated_since: datetime | None
    ) -> AsyncIterator[ObservedClient]:
        since: Query = {"lastUpdate": to_epoch_ms(updated_since)} if updated_since else {}

        async def fetch(index: int, size: int) -> PagePayload[ClientPayload]:
            page: Query = {**query, **since, "pageIndex": index, "pageSize": size}
            return await self._session.get(path, _CLIENTS, page)

        found = rows(fetch, lambda row: row.unique_id, size=_CLIENTS_PAGE, address=self._address, what="clients")
        async for row in found:
            client = observed_client(row, address=self._address)
            if client is not None:
                yield client


def _edited_at(row: PolicyRowPayload) -> datetime | None:
    """When a policy was last edited; None where SEPM tells no date that there is."""
    try:
        return from_epoch_ms(row.lastmodifiedtime) if row.lastmodifiedtime is not None else None
    except (OverflowError, ValueError):
        return None
