"""Sites without REST as they are sent and shown, and the exports of their clients."""

from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Annotated, Literal

from pydantic import AfterValidator, AwareDatetime, ConfigDict, Field

from api.http.authors import ChangeReason
from api.http.invalid import checked
from api.http.problems import refused
from api.manners.instant import Instant
from api.site.site_document import ListsDocument, SiteName, slug
from rotation.access import MOST_GROUPS, ConsoleGroup, Images, OfflineDocument
from rotation.bounds import MOST_SERVERS, Text
from rotation.console.exported import ClientExport
from rotation.finding import blocking
from rotation.site import DatabaseKind, Limits, RefusedLimit, Server, ServerList, Site, apart
from rotation.values import SiteId, Value

_AHEAD = timedelta(minutes=5)
"""How far the servers' clock may be ahead of ours."""


class ConsoleDocument(Value):
    """What the console shows, written down by an administrator."""

    version: str = Field(min_length=1, max_length=50, description="SEPM's version, e.g. 12.1.7004.6500")
    recorded_at: Instant | None = Field(
        default=None, description="When the console showed it, on the servers' clock; now, when it is not given"
    )
    groups: tuple[ConsoleGroup, ...] = Field(min_length=1, max_length=MOST_GROUPS)
    replication_partners: Annotated[tuple[Annotated[str, Text], ...], Field(max_length=MOST_SERVERS)] = ()
    images: Images = ()

    def read(self, now: datetime) -> OfflineDocument:
        """The document of the domain.

        Raises:
            ProblemError: 422, with every rule that it breaks.
        """
        if self.recorded_at is not None and self.recorded_at > now + _AHEAD:
            text = f"recorded_at is {self.recorded_at:%Y-%m-%d %H:%M %Z}, which is yet to come"
            ahead = blocking(
                "recorded-ahead", "recorded_at", text, "give the time when the console showed it, with its zone"
            )
            raise refused("recorded-ahead", [ahead], status=HTTPStatus.UNPROCESSABLE_ENTITY)
        with checked():
            return OfflineDocument(
                version=self.version,
                recorded_at=self.recorded_at or now,
                groups=self.groups,
                replication_partners=self.replication_partners,
                images=self.images,
            )


class ConsoleRequest(ConsoleDocument, ChangeReason):
    """What the console shows now."""


class ConsoleSiteDocument(ListsDocument, ConsoleDocument):
    """A site to register that has no REST API (12.x): everything of it is described."""

    model_config = ConfigDict(hide_input_in_errors=True)

    access: Literal["console"]
    name: SiteName
    servers: Annotated[tuple[Server, ...], AfterValidator(apart)] = Field(
        min_length=1, max_length=MOST_SERVERS, description="With `https_port` a port that shows the certificate"
    )
    limits: Limits = Limits()
    database: DatabaseKind = DatabaseKind.UNKNOWN

    def site(self, now: datetime) -> Site:
        """The site under the id that its name gives.

        Raises:
            ProblemError: 422, with every rule that it breaks.
            UnreadableSylink: when a Sylink file cannot be used.
        """
        lists = self.read_lists(self.servers)
        access = self.read(now)
        with checked():
            return Site(
                id=slug(self.name),
                name=self.name,
                servers=self.servers,
                lists=lists,
                limits=self.limits,
                database=self.database,
                access=access,
            )


class ConsoleSiteShown(Value):
    """A registered site without REST."""

    id: SiteId
    name: str
    access: Literal["console"] = "console"
    version: str
    recorded_at: datetime
    groups: tuple[ConsoleGroup, ...]
    replication_partners: tuple[str, ...]
    images: Images
    clients_as_of: datetime | None = Field(description="When the newest export of its clients was taken")
    clients: int
    servers: tuple[Server, ...]
    lists: tuple[ServerList, ...]
    limits: Limits
    refused_limits: tuple[RefusedLimit, ...] = Field(description="Limits that are stored and not used; correct them")
    database: DatabaseKind
    archived_at: AwareDatetime | None

    @classmethod
    def of(cls, site: Site, access: OfflineDocument, export: ClientExport | None) -> "ConsoleSiteShown":
        """The document of a stored site."""
        return cls(
            id=site.id,
            name=site.name,
            version=access.version,
            recorded_at=access.recorded_at,
            groups=access.groups,
            replication_partners=access.replication_partners,
            images=access.images,
            clients_as_of=export.taken_at if export is not None else None,
            clients=export.clients if export is not None else 0,
            servers=site.servers,
            lists=site.lists,
            limits=site.limits,
            refused_limits=site.refused_limits,
            database=site.database,
            archived_at=site.archived_at,
        )


class ExportShown(Value):
    """An export of clients that was taken in."""

    site_id: SiteId
    taken_at: datetime
    uploaded_at: datetime
    uploaded_by: str
    sha256: str
    clients: int
    never_seen: int = Field(description="Clients that have never reported")
    columns: tuple[str, ...] = Field(description="What of each client it tells")
    unknown_groups: tuple[str, ...] = Field(description="Groups of clients that the site's document does not describe")
    read: bool = Field(description="Whether a gate that is open is read again for it")
