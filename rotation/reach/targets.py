"""Whom the script asks: the servers and ports that HTTP copies of a site's lists would name."""

from rotation.site import Protocol, Site
from rotation.values import ServerName, Value


class Target(Value):
    """A server as a list gives it."""

    server: ServerName
    host: str
    port: int


def targets(site: Site) -> tuple[Target, ...]:
    """Each one once, by server."""
    found = {
        (entry.server, entry.address, entry.http_port)
        for known in site.lists
        if known.protocol is not Protocol.HTTP
        for entry in known.entries
    }
    return tuple(Target(server=server, host=host, port=port) for server, host, port in sorted(found))
