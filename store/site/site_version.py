"""The version of a site: what a caller has read, and what it is when the change comes."""

import hashlib

from store.database.chain import canonical
from store.fault import StoreFault
from store.schema.tables import SiteRow
from store.trail.site_trail import site_digest


class SiteChanged(StoreFault):
    """The site has changed since the caller has read it. Nothing was changed now."""


def version_of(row: SiteRow) -> str:
    """The version of a site: another one as soon as the site, its access or its pins are."""
    return hashlib.sha256(canonical([site_digest(row.site), row.access_code, row.pins_code]).encode()).hexdigest()


def require_version(row: SiteRow, expected: str) -> None:
    """Nothing where no version is expected, or the one of this row, which is locked.

    Raises:
        SiteChanged: when it is another one.
    """
    if expected and version_of(row) != expected:
        raise SiteChanged(f"site {row.id} has changed since it was read")
