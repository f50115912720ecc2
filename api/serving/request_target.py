"""What a request asks for: in absolute form, too, which a server must accept (RFC 9112, 3.2.2); and its bound."""

import re
from urllib.parse import unquote

from starlette.types import Scope

HEADERS = 32 << 10
"""Bytes of the head of a request: its target and its headers."""
_ABSOLUTE = re.compile(rb"https?://([^/?#@]+)(/.*)?", re.IGNORECASE)


def is_too_large(scope: Scope) -> bool:
    """Whether the head is larger than that: one that comes in one piece meets no bound of what is not whole."""
    target = len(scope["method"]) + len(scope["raw_path"]) + len(scope["query_string"])
    return target + sum(len(name) + len(value) + len(": \r\n") for name, value in scope["headers"]) > HEADERS


def by_path(scope: Scope) -> Scope:
    """The request by its path alone. The host in its target takes the place of that in `Host`."""
    absolute = _ABSOLUTE.fullmatch(scope["raw_path"])
    if absolute is None:
        return scope
    host, path = absolute[1], absolute[2] or b"/"
    headers = [(b"host", host), *(each for each in scope["headers"] if each[0] != b"host")]
    return {**scope, "raw_path": path, "path": unquote(path.decode("ascii")), "headers": headers}
