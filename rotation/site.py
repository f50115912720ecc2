"""A site as registered: what no SEPM API tells, and the limits its owner set."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import timedelta
from enum import StrEnum
from typing import Annotated

from pydantic import AwareDatetime, Field, StrictBool, ValidationError, model_validator

from rotation.access import Access, OfflineDocument, OverRest
from rotation.bounds import MOST_SERVERS, Text
from rotation.finding import Finding, blocking
from rotation.span import UpToADay, UpToAYear, UpToTenYears
from rotation.values import ListName, ServerName, SiteId, Value


class Protocol(StrEnum):
    """How clients of a server list speak to their server."""

    HTTPS = "HTTPS"
    HTTP = "HTTP"


class DatabaseKind(StrEnum):
    """Which database the site has. The default one has a certificate of its own since 14.3 RU1."""

    DEFAULT = "default"
    """SQL Server Express, which SEPM installs. Only a site of one server can have it."""
    OWN = "own"
    """A Microsoft SQL Server of the company's."""
    UNKNOWN = "unknown"


class Server(Value):
    """One management server of the site, by the name that SEPM reports as `lastServerName`."""

    name: Annotated[ServerName, Text]
    address: Annotated[str, Text]
    https_port: int = Field(default=443, ge=1, le=65535)
    http_port: int = Field(default=8014, ge=1, le=65535)
    console_port: int | None = Field(default=8443, ge=1, le=65535)
    rest_port: int | None = Field(default=8446, ge=1, le=65535)
    reporting_port: int | None = Field(default=8445, ge=1, le=65535)
    """The other ports with a certificate (K158445). Only the inventory looks at them; None: not at this one."""

    @property
    def client_port(self) -> str:
        """Where clients find it over HTTPS."""
        return f"{self.address}:{self.https_port}"


def apart(servers: tuple[Server, ...]) -> tuple[Server, ...]:
    """The servers of a new site: each has a client port of its own, else one is looked at in place of another.

    Raises:
        ValueError: it names servers with one address and port.
    """
    names: dict[str, list[ServerName]] = {}
    for each in servers:
        names.setdefault(each.client_port.casefold(), []).append(each.name)
    for port, named in names.items():
        if len(set(named)) > 1:
            raise ValueError(f"servers with the same client port {port}: {', '.join(named)}")
    return servers


class ListEntry(Value):
    """A server as a server list offers it. The address may be another name than the registered one."""

    server: Annotated[ServerName, Text]
    address: Annotated[str, Text]
    https_port: int = Field(default=443, ge=1, le=65535)
    http_port: int = Field(default=8014, ge=1, le=65535)


class ServerList(Value):
    """A management server list: the servers that a client may use, by priority (first priority first)."""

    name: Annotated[ListName, Text]
    protocol: Protocol
    priorities: Annotated[
        tuple[Annotated[tuple[ListEntry, ...], Field(max_length=MOST_SERVERS)], ...], Field(max_length=MOST_SERVERS)
    ]
    verifies_ca: StrictBool = False

    @model_validator(mode="after")
    def _has_a_server(self) -> "ServerList":
        if not any(self.priorities):
            raise ValueError(f"server list {self.name!r} has no server: its clients could reach no server")
        return self

    @property
    def entries(self) -> tuple[ListEntry, ...]:
        """All entries, in order of priority."""
        return tuple(entry for priority in self.priorities for entry in priority)

    @property
    def servers(self) -> frozenset[ServerName]:
        """The names of the servers that it offers."""
        return frozenset(entry.server for entry in self.entries)


class Limits(Value):
    """What the site's owner wants waited for. Defaults follow the vendor's more careful texts."""

    relax_floor: UpToAYear = timedelta(hours=24)
    """Least wait before A9 (K187099: 24 hours at least)."""
    away_limit: UpToTenYears = timedelta(days=30)
    """Clients silent for longer are named in the plan, and may be left out by name."""
    holdout_minimum: UpToTenYears = timedelta(days=30)
    holdout_maximum: UpToTenYears = timedelta(days=90)
    publish_delay: UpToADay = timedelta(minutes=2)
    """From a change in SEPM to the moment when every server hands it out."""
    purge_after: UpToTenYears | None = timedelta(days=30)
    """SEPM's own deletion of unseen clients; None when it is switched off. No API tells it."""
    gate_patience: UpToTenYears = timedelta(days=14)
    """After this a gate that has not passed raises attention."""
    stays: UpToADay = timedelta(hours=24)
    """How long a client stays with its last server before it may choose another (K158744, K177570)."""

    @property
    def forgets_too_soon(self) -> bool:
        """Whether SEPM deletes clients for which a plan still waits: each plan is refused then (rule 1)."""
        return self.purge_after is not None and self.purge_after < self.holdout_maximum

    @model_validator(mode="after")
    def _ordered(self) -> "Limits":
        if self.holdout_minimum > self.holdout_maximum:
            raise ValueError("holdout_minimum is longer than holdout_maximum")
        return self


class RefusedLimit(Value):
    """A limit that was stored before it had bounds, and that is not used: the default is, where something must be."""

    name: str
    value: str
    why: str

    @property
    def finding(self) -> Finding:
        """What stands in the way of a plan until the limits are given again."""
        return blocking(
            "limit-refused",
            f"limits.{self.name}",
            f"the stored value {self.value} cannot be used: {self.why}",
            "correct the site's limits (PUT /v1/sites/ID/limits has all that differ from the default)",
        )


def judged(stored: object) -> tuple[Limits, tuple[RefusedLimit, ...]]:
    """The limits that are stored of a site, and those of them that cannot be used."""
    if not isinstance(stored, Mapping):
        return Limits(), (RefusedLimit(name="all", value=str(stored)[:100], why="the limits are no object"),)
    kept, refused = dict(stored), list[RefusedLimit]()
    while True:
        try:
            return Limits.model_validate(kept), tuple(refused)
        except ValidationError as error:
            for problem in error.errors():
                # one that is about no field is about the two that must be in order
                for name in map(str, problem["loc"][:1] or ("holdout_minimum", "holdout_maximum")):
                    value = str(kept.pop(name, "the default"))
                    refused.append(
                        RefusedLimit(name=name, value=value[:100], why=problem["msg"].removeprefix("Value error, "))
                    )


class Site(Value):
    """A SEPM site: servers that share one database."""

    id: SiteId
    name: str
    servers: tuple[Server, ...] = Field(min_length=1)
    lists: tuple[ServerList, ...] = ()
    limits: Limits = Limits()
    refused_limits: tuple[RefusedLimit, ...] = ()
    """What was stored of its limits and is not used."""
    database: DatabaseKind = DatabaseKind.UNKNOWN
    access: Access = OverRest()
    archived_at: AwareDatetime | None = None
    """Since when nothing begins there; None: the site is in use."""

    @property
    def at_console(self) -> OfflineDocument | None:
        """What its console showed, for a site without REST."""
        return self.access if isinstance(self.access, OfflineDocument) else None

    @model_validator(mode="before")
    @classmethod
    def _judge_limits(cls, stored: object) -> object:
        """A site that was stored with limits of no use is shown with them, and nothing is planned for it."""
        if not isinstance(stored, dict) or isinstance(stored.get("limits", Limits()), Limits):
            return stored
        limits, refused = judged(stored["limits"])
        return stored | {"limits": limits, "refused_limits": (*stored.get("refused_limits", ()), *refused)}

    @model_validator(mode="after")
    def _unique(self) -> "Site":
        _refuse_repeated("server", (server.name for server in self.servers))
        _refuse_repeated("server list", (known.name for known in self.lists))
        return self

    def server(self, name: ServerName) -> Server | None:
        """The server of that name."""
        return next((server for server in self.servers if server.name == name), None)

    def list_named(self, name: ListName) -> ServerList | None:
        """The described server list of that name."""
        return next((known for known in self.lists if known.name == name), None)


def _refuse_repeated(what: str, names: Iterable[str]) -> None:
    twice = sorted(name for name, times in Counter(names).items() if times > 1)
    if twice:
        raise ValueError(f"{what} named twice: {', '.join(twice)}")
