"""Sites as they are sent and shown: registration with a password that is never given out again."""

import re
import unicodedata
from http import HTTPStatus
from typing import Annotated, Literal

from pydantic import AfterValidator, AwareDatetime, ConfigDict, Field, SecretStr, StrictBool

from api.http.authors import ChangeReason
from api.http.invalid import checked
from api.http.problems import ProblemError
from api.manners.paging import PageShown
from rotation.bounds import LONGEST, MOST_LISTS, MOST_SERVERS
from rotation.site import DatabaseKind, Limits, RefusedLimit, Server, ServerList, Site, apart
from rotation.values import Fingerprint, ServerName, SiteId, Value
from sepm.access import Access
from sepm.offline.sylink import LARGEST as LARGEST_SYLINK
from sepm.offline.sylink import parse_sylink
from sepm.tls.trust import Trust
from store.site.access import SiteAccess

_LONGEST_SLUG = 60


def _printable(name: str) -> str:
    if not name.isprintable():
        raise ValueError("a name holds printable characters only")
    return name


SiteName = Annotated[str, Field(min_length=1, max_length=100, pattern=r"\S"), AfterValidator(_printable)]
"""A name is a link of the page: blanks could not be seen there, and a character that turns the line would hide it."""


class TrustDocument(Value):
    """Which certificate SEPM's REST service may present: one that is pinned, or one that a CA vouches for."""

    fingerprint_sha256: str | None = Field(
        default=None, max_length=200, description="SHA-256 of the certificate, colons allowed"
    )
    ca_pem: str | None = Field(default=None, max_length=1 << 20, description="CA certificates in PEM")


class ListsDocument(Value):
    """What is in the site's server lists: described, or exported from a group that uses the list."""

    lists: tuple[ServerList, ...] = Field(default=(), max_length=MOST_LISTS)
    sylinks: tuple[Annotated[str, Field(max_length=LARGEST_SYLINK)], ...] = Field(
        default=(), max_length=MOST_LISTS, description="Texts of exported Sylink.xml files"
    )

    def read_lists(self, servers: tuple[Server, ...]) -> tuple[ServerList, ...]:
        """All lists, those of the Sylink files too.

        Raises:
            UnreadableSylink: when a file cannot be used.
        """
        parsed = [
            parse_sylink(text.encode(), servers, name=f"sylinks.{place}") for place, text in enumerate(self.sylinks)
        ]
        # groups of one list each export it: equal content is one list, other content is refused as named twice
        return tuple(dict.fromkeys((*self.lists, *parsed)))


class ListsRequest(ListsDocument, ChangeReason):
    """What is in the site's server lists from now on."""


class LimitsRequest(Limits, ChangeReason):
    """What the site's owner wants waited for from now on."""

    def limits(self) -> Limits:
        """The limits alone."""
        return Limits.model_validate(self.model_dump(exclude=set(ChangeReason.model_fields)))


class NameRequest(ChangeReason):
    """The name of a site from now on."""

    name: SiteName


class ArchiveRequest(ChangeReason):
    """That nothing begins at a site any more."""

    accept_left_changed: StrictBool = Field(
        default=False, description="Archive a site, too, where what a rotation changed is not put back"
    )


class DatabaseRequest(ChangeReason):
    """Which database a site has."""

    database: DatabaseKind


class AccessDocument(Value):
    """Where a site's REST API is, for which account, and which certificate it may present."""

    model_config = ConfigDict(hide_input_in_errors=True)

    rest_url: str = Field(max_length=2000, description="`https://HOST:8446`")
    username: str = Field(min_length=1, max_length=LONGEST, description="A system administrator of SEPM")
    password: SecretStr = Field(max_length=1000)
    domain: str = Field(default="", max_length=LONGEST)
    trust: TrustDocument | None = Field(
        default=None, description="Without it the refusal shows the fingerprint that the server presents"
    )

    def reached(self, name: str) -> Access:
        """Address and account of the REST service of the site of that name."""
        with checked():
            return Access(
                site=name,
                url=self.rest_url,
                username=self.username,
                password=self.password,
                domain=self.domain,
            )

    def trusted(self) -> Trust | None:
        """What is trusted; None when the document does not say."""
        given = self.trust
        if given is None or not (given.fingerprint_sha256 or given.ca_pem):
            return None
        pinned = [Fingerprint(given.fingerprint_sha256)] if given.fingerprint_sha256 else []
        with checked():
            return Trust(fingerprints=frozenset(pinned), ca_pem=given.ca_pem)


class AccessRequest(AccessDocument, ChangeReason):
    """How a site is reached from now on."""


class SiteDocument(ListsDocument, AccessDocument):
    """A site to register."""

    model_config = ConfigDict(hide_input_in_errors=True)

    access: Literal["rest"] = "rest"
    name: SiteName
    servers: Annotated[tuple[Server, ...], AfterValidator(apart)] = Field(min_length=1, max_length=MOST_SERVERS)
    limits: Limits = Limits()
    database: DatabaseKind = Field(
        default=DatabaseKind.UNKNOWN,
        description="`default`: the one that SEPM installs, whose certificate is renewed too",
    )

    def site(self) -> Site:
        """The site under the id that its name gives.

        Raises:
            ProblemError: 422, with every rule that it breaks.
            UnreadableSylink: when a Sylink file cannot be used.
        """
        lists = self.read_lists(self.servers)
        with checked():
            return Site(
                id=slug(self.name),
                name=self.name,
                servers=self.servers,
                lists=lists,
                limits=self.limits,
                database=self.database,
            )


class SiteShown(Value):
    """A registered site; its password is not shown."""

    id: SiteId
    name: str
    access: Literal["rest"] = "rest"
    rest_url: str
    username: str
    domain: str
    fingerprints_sha256: tuple[Fingerprint, ...]
    ca_pem: str | None
    servers: tuple[Server, ...]
    lists: tuple[ServerList, ...]
    limits: Limits
    refused_limits: tuple[RefusedLimit, ...] = Field(description="Limits that are stored and not used; correct them")
    database: DatabaseKind
    archived_at: AwareDatetime | None

    @classmethod
    def of(cls, site: Site, access: SiteAccess) -> "SiteShown":
        """The document of a stored site."""
        return cls(
            id=site.id,
            name=site.name,
            rest_url=access.rest_url,
            username=access.username,
            domain=access.domain,
            fingerprints_sha256=tuple(sorted(access.fingerprints)),
            ca_pem=access.ca_pem,
            servers=site.servers,
            lists=site.lists,
            limits=site.limits,
            refused_limits=site.refused_limits,
            database=site.database,
            archived_at=site.archived_at,
        )


class SiteInList(Value):
    """A registered site in short."""

    id: SiteId
    name: str
    servers: tuple[ServerName, ...]
    archived_at: AwareDatetime | None

    @classmethod
    def of(cls, site: Site) -> "SiteInList":
        """The document of a stored site."""
        servers = tuple(server.name for server in site.servers)
        return cls(id=site.id, name=site.name, servers=servers, archived_at=site.archived_at)


class SiteList(PageShown[SiteInList]):
    """A page of registered sites, by name."""


def slug(name: str) -> SiteId:
    """A readable id from a name: `Brno / DC 1` is `brno-dc-1`.

    Raises:
        ProblemError: 422, when nothing readable is left.
    """
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    made = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:_LONGEST_SLUG].strip("-")
    if not made:
        raise ProblemError(
            HTTPStatus.UNPROCESSABLE_ENTITY,
            "invalid-name",
            "the site's name has no letter or digit that an id could be made of",
            remedy="give a name with some of a-z or 0-9",
        )
    return SiteId(made)
