"""The drill of rule 18: who still checks in while the HTTPS client port of every server is shut holds an HTTP list."""

from collections.abc import Iterable
from typing import Literal

from rotation.text.sentence import Sentence, sentence
from rotation.values import ServerName, Value


class HttpsPort(Value):
    """The HTTPS client port of a server."""

    server: ServerName
    port: int


class ShutHttps(Value):
    """Shut these ports in the firewall of each server. All other ports, those of console and REST too, stay open."""

    kind: Literal["shut_https"] = "shut_https"
    ports: tuple[HttpsPort, ...]


class OpenHttps(Value):
    """Open them again."""

    kind: Literal["open_https"] = "open_https"
    ports: tuple[HttpsPort, ...]


_RULE = "rotator drill"
"""The name of the firewall rule: who opens the port finds by it what shut the port."""


def how_to_drill(work: ShutHttps | OpenHttps) -> Iterable[Sentence]:
    """What a person does on each server."""
    return _shutting(work) if isinstance(work, ShutHttps) else _opening(work)


def _shutting(work: ShutHttps) -> Iterable[Sentence]:
    yield sentence("On each of these servers, have its own firewall block incoming connections to the port:")
    yield from (sentence("- %(server)s: TCP %(port)s", server=each.server, port=str(each.port)) for each in work.ports)
    add = "netsh advfirewall firewall add rule dir=in action=block protocol=TCP"
    yield sentence('For example: %(add)s name="%(rule)s" localport=PORT', add=add, rule=_RULE)
    yield sentence(
        "Then restart the service of SEPM's web server (semwebsrv), so that no connection goes on that was open"
    )
    yield sentence("Shut no other port, stop no other service, and leave the settings in SEPM as they are")
    yield sentence(
        "Clients that still come over HTTPS are silent from now on, and come back when the port is opened again"
    )
    yield sentence("The task closes by itself when none of these ports answers")


def _opening(work: OpenHttps) -> Iterable[Sentence]:
    yield sentence("On each of these servers, delete the firewall rule that blocks the port:")
    yield from (sentence("- %(server)s: TCP %(port)s", server=each.server, port=str(each.port)) for each in work.ports)
    yield sentence('For example: netsh advfirewall firewall delete rule name="%(rule)s"', rule=_RULE)
    yield sentence("The task closes by itself when each port answers again. Of a server that is down, say done")
