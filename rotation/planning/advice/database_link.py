"""SQL Server's certificate: the default database has one since 14.3 RU1, and a swap leaves it as it is."""

from collections.abc import Iterable

from rotation.build import ClientBuild
from rotation.finding import Finding, warning
from rotation.site import DatabaseKind, Site

_SINCE = (14, 3)
_WIZARD = (
    "after the replacement, and before that certificate expires, run the Management Server Configuration Wizard "
    "on the server, without the "
    "recovery file (K232057)"
)


def renews_the_databases(site: Site, version: str) -> Iterable[Finding]:
    """The vendor's wizard step, where the site has the default database, or it is not stated which it has.

    A version that cannot be read is taken for a new one.
    """
    numbers = ClientBuild.parse(version)
    if numbers is not None and numbers.numbers[:2] < _SINCE:
        return
    if site.database is DatabaseKind.DEFAULT and len(site.servers) > 1:
        yield warning(
            "database-certificate",
            site.name,
            "the site states the database that SEPM installs, and has several servers, which cannot share that one; "
            "its SQL Server has a certificate of its own, which is not replaced with a server's (14.3 RU1 and later, "
            "K229342)",
            "state “a Microsoft SQL Server of the company” on the page of the site, at its limits (PUT "
            f"/v1/sites/{site.id}/database, own), where another SQL Server has its database; else run the Management "
            "Server Configuration Wizard on the server that has it, after the replacement and before that certificate "
            "expires, without the recovery file (K232057)",
        )
    elif site.database is DatabaseKind.DEFAULT:
        yield warning(
            "database-certificate",
            site.name,
            "SQL Server's own certificate is not replaced with the server's; when it expires, no person can log "
            "on to the console (14.3 RU1 and later, K229342)",
            _WIZARD,
        )
    elif site.database is DatabaseKind.UNKNOWN and len(site.servers) == 1:
        yield warning(
            "database-unknown",
            site.name,
            "the site does not state which database it has: the default one has a certificate of its own, which is not "
            "replaced with the server's (14.3 RU1 and later, K229342)",
            "state the database on the page of the site, at its limits "
            f"(PUT /v1/sites/{site.id}/database, default or own); if it is the one that SEPM installs: {_WIZARD}",
        )
