"""Why a port gave no answer: in words, whatever library has raised it."""

import errno
import socket
import ssl

import httpx
import pytest

from sepm.failure_words import failure_words
from texts.catalogue import translator
from texts.language import Language
from texts.recognised import translated


def made_of(cause: Exception) -> Exception:
    """An error of the HTTP library, as it makes them."""
    error = httpx.ConnectError("All connection attempts failed")
    error.__cause__ = cause
    return error


REFUSED = ConnectionRefusedError(errno.ECONNREFUSED, "Connect call failed ('127.0.0.1', 36269)")
ERRORS = {
    "the connection was refused": (REFUSED, made_of(REFUSED)),
    "no answer in time": (TimeoutError(), httpx.ConnectTimeout("")),
    "the TLS handshake failed": (ssl.SSLError(1, "[SSL: WRONG_VERSION_NUMBER] wrong version number (_ssl.c:1028)"),),
    "the name of the server is not known": (socket.gaierror(-2, "Name or service not known"),),
    "the connection was closed": (ConnectionResetError(104, "Connection reset by peer"), EOFError()),
    "no network leads there": (OSError(errno.EHOSTUNREACH, "Connect call failed ('10.0.0.1', 443)"),),
    "no connection came about": (OSError("Multiple exceptions: [Errno 111] Connect call failed"), ValueError("x")),
}


@pytest.mark.parametrize("words", ERRORS)
def test_the_reason_is_in_words(words):
    """No number, no address and no text of a library; each in Czech, too, where it stands in another text."""
    assert {failure_words(each) for each in ERRORS[words]} == {words}
    czech = translated(f"GET /api/v1/groups got no answer ({words})", translator(Language.CZECH))
    assert czech.startswith("GET /api/v1/groups zůstalo bez odpovědi (")
    assert words not in czech
