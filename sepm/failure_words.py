"""Why a port gave no answer, in words: no number of an error and no text of a library is shown to a person."""

import errno
import socket
import ssl
from collections.abc import Iterator

import httpx

_UNREACHED = frozenset({errno.EHOSTUNREACH, errno.ENETUNREACH, errno.EHOSTDOWN, errno.ENETDOWN})


def failure_words(error: BaseException) -> str:
    """What went wrong, from the error or one that it was made of: `the connection was refused`."""
    return next((found for each in causes(error) if (found := _words(each))), "no connection came about")


def causes(error: BaseException) -> Iterator[BaseException]:
    """The error, and those behind it; each once."""
    seen: list[BaseException] = []
    cause: BaseException | None = error
    while cause is not None and cause not in seen:
        seen.append(cause)
        cause = cause.__cause__ or cause.__context__
    yield from seen


def _words(error: BaseException) -> str:
    match error:
        case TimeoutError() | httpx.TimeoutException():
            return "no answer in time"
        case ssl.SSLError():
            return "the TLS handshake failed"
        case socket.gaierror():
            return "the name of the server is not known"
        case ConnectionRefusedError():
            return "the connection was refused"
        case ConnectionError() | EOFError() | httpx.ReadError() | httpx.WriteError() | httpx.RemoteProtocolError():
            return "the connection was closed"
        case OSError() if error.errno in _UNREACHED:
            return "no network leads there"
        case _:
            return ""
