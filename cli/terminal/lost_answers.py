"""A request whose connection was lost is sent again: by its key it has one effect, and gets its answer."""

import time
from collections.abc import Callable
from http import HTTPStatus

import httpx

_PAUSE = 1.0
_AWAY = 30.0
"""Seconds that a service may be away that has taken a request: it is started again meanwhile."""
_IN_FLIGHT = "/problems/request-in-flight"
_LONGEST = 120.0
"""Seconds that a request is waited for that the service still carries out."""


def repeated(send: Callable[[], httpx.Response], *, repeats: bool) -> httpx.Response:
    """The answer to what `send` sends. Only what `repeats` is sent again; what never left is not.

    Raises:
        httpx.TransportError, httpx.InvalidURL: when there is no connection, or none that lasts.
    """
    began, lost = time.monotonic(), 0.0
    while True:
        try:
            answer = send()
        except httpx.TransportError as error:
            now = time.monotonic()
            never_left = isinstance(error, httpx.ConnectError | httpx.ConnectTimeout | httpx.UnsupportedProtocol)
            if not repeats or (never_left and not lost) or (lost and now - lost > _AWAY):
                raise
            lost = lost or now
            time.sleep(_PAUSE)
        else:
            if not lost or not _is_in_flight(answer) or time.monotonic() - began > _LONGEST:
                return answer
            time.sleep(_PAUSE)


def _is_in_flight(answer: httpx.Response) -> bool:
    """Whether the service still carries out the request whose connection was lost."""
    if answer.status_code != HTTPStatus.CONFLICT:
        return False
    try:
        problem = answer.json()
    except ValueError:
        return False
    return isinstance(problem, dict) and problem.get("type") == _IN_FLIGHT
