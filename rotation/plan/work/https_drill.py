"""The drill of rule 18: who still checks in while the HTTPS client port of every server is shut holds an HTTP list."""

from typing import Literal

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
