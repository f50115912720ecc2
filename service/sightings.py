"""Looking at client ports: whatever is seen there is in the one record of sightings before anything rests on it."""

from collections.abc import Sequence

from rotation.site import Server, Site
from rotation.survey import ServedCertificate
from rotation.watch.inventory import Endpoint, Look, Port, SeenCertificate
from sepm.concurrency import each
from sepm.tls.probe import CertificateProbe
from store.store import Store

_AT_ONCE = 16
"""A dead port takes as long as a look may last, and others need not wait for it."""


async def served(
    store: Store, probe: CertificateProbe, site: Site, servers: Sequence[Server]
) -> tuple[ServedCertificate, ...]:
    """What the client ports of `servers` really present now.

    Raises:
        UnknownSite: when no such site is registered.
    """
    seen = await each(servers, probe.probe, at_once=_AT_ONCE)
    await store.inventory.record(site.id, map(_look, servers, seen))
    return tuple(seen)


def _look(server: Server, seen: ServedCertificate) -> Look:
    known = None
    if seen.fingerprint is not None:
        known = SeenCertificate(fingerprint=seen.fingerprint, not_after=seen.not_after, named=seen.named)
    endpoint = Endpoint(
        server=server.name, port=Port.CLIENT, address=server.address.strip("[]"), number=server.https_port
    )
    return Look(endpoint=endpoint, certificate=known, at=seen.observed_at, error=seen.error)
