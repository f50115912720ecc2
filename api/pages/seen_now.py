"""What the servers of a task present right now, as the page reads it for an operator."""

import asyncio
from datetime import timedelta

from api.parts import Parts
from rotation.plan.work.https_drill import OpenHttps, ShutHttps
from rotation.plan.work.stop_drill import StartServer, StopServer
from rotation.plan.work.task import PutCertificateBack, ReplaceCertificate, Work
from rotation.site import Site
from rotation.survey import ServedCertificate
from rotation.text.sentence import Sentence, sentence
from rotation.values import ServerName

_LONGEST = timedelta(seconds=3)
"""How long a page waits for what it shows beside the card."""
_END = 8
"""Characters of a fingerprint that tell two certificates apart for a reader."""


async def seen_now(parts: Parts, site: Site, work: Work) -> tuple[Sentence, ...]:
    """A sentence for each server that the task is about; none where nothing of it shows at a port."""
    names = _servers(work)
    servers = [each for each in site.servers if each.name in names]
    try:
        async with asyncio.timeout(_LONGEST.total_seconds()):
            seen = await asyncio.gather(*(parts.probe.probe(each) for each in servers))
    except TimeoutError:
        return (sentence("The client port did not answer within three seconds"),) if servers else ()
    return tuple(_seen(each, work) for each in seen)


def _servers(work: Work) -> frozenset[ServerName]:
    match work:
        case ReplaceCertificate() | PutCertificateBack() | StopServer() | StartServer():
            return frozenset({work.server})
        case ShutHttps() | OpenHttps():
            return frozenset(each.server for each in work.ports)
        case _:
            return frozenset()


def _seen(of: ServedCertificate, work: Work) -> Sentence:
    if of.fingerprint is None:
        return sentence(
            "%(server)s does not answer at its HTTPS client port (read at %(at)s)", server=of.server, at=of.observed_at
        )
    end = of.fingerprint[-_END:]
    if not isinstance(work, ReplaceCertificate | PutCertificateBack):
        return sentence(
            "%(server)s answers at its HTTPS client port (read at %(at)s)", server=of.server, at=of.observed_at
        )
    if of.fingerprint == work.fingerprint_sha256:
        return sentence(
            "%(server)s presents this certificate, …%(end)s (read at %(at)s)",
            server=of.server,
            end=end,
            at=of.observed_at,
        )
    return sentence(
        "%(server)s still presents another certificate, …%(end)s; asked for is …%(asked)s (read at %(at)s)",
        server=of.server,
        end=end,
        asked=work.fingerprint_sha256[-_END:],
        at=of.observed_at,
    )
