"""Trusted fingerprints, as they are sent and shown."""

from typing import Annotated

from pydantic import AfterValidator, Field

from api.http.authors import Why
from api.manners.paging import PageShown
from rotation.bounds import Text
from rotation.trust.contact import Presence
from rotation.values import Fingerprint, ServerName, SiteId, Value
from sepm.tls.trust import normal_fingerprint
from store.site.contacts import NumberedContact


class PinRequest(Value):
    """A fingerprint, typed in by an administrator who has compared it with the SEPM console."""

    fingerprint: Annotated[Fingerprint, Text, AfterValidator(normal_fingerprint)] = Field(
        alias="fingerprint_sha256", description="SHA-256 of the certificate in full, colons allowed"
    )
    why: Why


class TrustShown(Value):
    """The certificates that are trusted at a site's REST address, and those that were presented there."""

    site_id: SiteId
    rest_url: str
    servers: tuple[ServerName, ...] = Field(description="The servers that may answer there")
    pinned_sha256: tuple[Fingerprint, ...] = Field(description="Known: by a person's word or a proven swap")
    announced_sha256: tuple[Fingerprint, ...] = Field(description="Accepted too while a swap is not proven there")
    by_ca: bool = Field(description="Whether the word of the site's CA is enough now")
    presented: tuple[Presence, ...] = Field(description="The latest first")


class ContactPage(PageShown[NumberedContact]):
    """Contacts in order. A caller that follows them asks later for numbers above that of the last."""
