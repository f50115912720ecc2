"""What the servers of a task present right now, as the page reads it for an operator."""

import asyncio
from collections.abc import Collection
from datetime import datetime, timedelta

from api.parts import Parts
from rotation.plan.work.https_drill import OpenHttps, ShutHttps
from rotation.plan.work.stop_drill import StartServer, StopServer
from rotation.plan.work.task import PutCertificateBack, ReplaceCertificate, Work
from rotation.site import Server, Site
from rotation.survey import ServedCertificate
from rotation.text.sentence import Sentence, sentence
from rotation.values import Fingerprint, ServerName, Value

_LONGEST = timedelta(seconds=3)
"""How long a page waits for what it shows beside the card."""
_END = 8
"""Characters of a fingerprint that tell two certificates apart for a reader."""


class ServerSeen(Value):
    """What is seen of a server, in words."""

    says: Sentence
    wrong: bool = False
    """Whether another certificate was installed than the task asks for."""
    silent: bool = False
    """Whether the server does not answer."""


async def seen_now(
    parts: Parts, site: Site, work: Work | None, former: Fingerprint | None = None
) -> tuple[ServerSeen, ...]:
    """A sentence for each server that the task is about; none where nothing of it shows at a port.

    Args:
        parts: what probes.
        site: where the servers are.
        work: what the task asks for; None where it waits for nothing any more.
        former: what the plan replaces by it; None where it replaces nothing.
    """
    return tuple(_seen(each, work, former) for each in await _probed(parts, site, _servers(work)))


async def presented_now(parts: Parts, site: Site, names: Collection[ServerName]) -> tuple[Sentence, ...]:
    """Which certificate each of these servers presents."""
    return tuple(_presented(each) for each in await _probed(parts, site, names))


async def silent_now(parts: Parts, site: Site, names: Collection[ServerName]) -> tuple[ServerName, ...]:
    """Those of these servers that do not answer."""
    return tuple(each.server for each in await _probed(parts, site, names) if each.fingerprint is None)


async def _probed(parts: Parts, site: Site, names: Collection[ServerName]) -> list[ServedCertificate]:
    """What these servers present; one that does not answer in time presents nothing."""

    async def probed(server: Server) -> ServedCertificate:
        try:
            async with asyncio.timeout(_LONGEST.total_seconds()):
                return await parts.probe.probe(server)
        except TimeoutError:
            return ServedCertificate(server=server.name, fingerprint=None, observed_at=parts.clock())

    return await asyncio.gather(*(probed(each) for each in site.servers if each.name in names))


def _presented(of: ServedCertificate) -> Sentence:
    if of.fingerprint is None:
        return _does_not_answer(of)
    shown: dict[str, str | datetime] = {"server": of.server, "at": of.observed_at, "fingerprint": of.fingerprint}
    return sentence("%(server)s presents SHA-256 %(fingerprint)s now (read at %(at)s)", **shown)


def _does_not_answer(of: ServedCertificate) -> Sentence:
    shown: dict[str, str | datetime] = {"server": of.server, "at": of.observed_at}
    return sentence("%(server)s does not answer at its HTTPS client port (read at %(at)s)", **shown)


def _servers(work: Work | None) -> frozenset[ServerName]:
    match work:
        case ReplaceCertificate() | PutCertificateBack() | StopServer() | StartServer():
            return frozenset({work.server})
        case ShutHttps() | OpenHttps():
            return frozenset(each.server for each in work.ports)
        case _:
            return frozenset()


def _seen(of: ServedCertificate, work: Work | None, former: Fingerprint | None) -> ServerSeen:
    shown: dict[str, str | datetime] = {"server": of.server, "at": of.observed_at}
    if of.fingerprint is None:
        return ServerSeen(says=_does_not_answer(of), silent=True)
    if not isinstance(work, ReplaceCertificate | PutCertificateBack):
        return ServerSeen(says=sentence("%(server)s answers at its HTTPS client port (read at %(at)s)", **shown))
    asked = work.fingerprint_sha256
    ends: dict[str, str | datetime] = {**shown, "end": of.fingerprint[-_END:], "asked": asked[-_END:]}
    if of.fingerprint == asked:
        return ServerSeen(says=sentence("%(server)s presents this certificate, …%(end)s (read at %(at)s)", **ends))
    if former in {None, of.fingerprint}:
        return ServerSeen(
            says=sentence(
                "%(server)s still presents another certificate, …%(end)s; asked for is …%(asked)s (read at %(at)s)",
                **ends,
            )
        )
    return ServerSeen(
        says=sentence(
            "%(server)s presents …%(end)s (read at %(at)s), which is neither its former certificate nor that of this "
            "task, …%(asked)s. If you have installed another file, install the file of this task in the same way, and "
            "pin nothing. If not, another machine answers in its place: begin nothing, and find that machine",
            **ends,
        ),
        wrong=True,
    )
