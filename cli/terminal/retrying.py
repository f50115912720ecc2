"""Requests that may have to be sent again: while a survey goes on, or while a part of the service is away."""

import time
from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from cli.language.wording import _
from cli.terminal.client import Api, ApiRefusedError
from cli.terminal.formatting import say_error

_USE_IT = "PT2H"
_RUNNING, _NO_ROOM = "survey-running", "too-many-surveys"
_TRIES = 5
_LONGEST_PAUSE = 5


def post_patiently(rotator: Api, path: str, body: Mapping[str, Any], key: str | None = None) -> dict[str, Any]:
    """The answer to `body`. A survey, or room for one, is waited for however long it takes; an outage for seconds.

    The same body has the same key, however often it is sent: the caller's, or one of its own.

    Raises:
        ApiRefusedError: when it is refused for good, or the outage lasts.
    """
    while True:
        try:
            answer = post_with_room(rotator, path, body, key)
        except ApiRefusedError as refused:
            if refused.code != _RUNNING or refused.retry_after is None:
                raise
            pause = min(refused.retry_after, _LONGEST_PAUSE)
        else:
            if not _goes_on(answer):
                return answer
            pause = _LONGEST_PAUSE
        body = {**body, "survey_max_age": _USE_IT}
        time.sleep(pause)


def post_with_room(rotator: Api, path: str, body: Mapping[str, Any], key: str | None = None) -> dict[str, Any]:
    """The answer to `body`, or that its survey goes on. Room for the survey is waited for, and an outage for seconds.

    Raises:
        ApiRefusedError: when it is refused for good, the outage lasts, or the survey goes on.
    """
    tries, own = _TRIES, uuid4().hex
    while True:
        try:
            answer: dict[str, Any] = rotator.post(path, body, key or own)
        except ApiRefusedError as refused:
            tries -= refused.code != _NO_ROOM
            if refused.code == _RUNNING or refused.retry_after is None or not tries:
                raise
            time.sleep(min(refused.retry_after, _LONGEST_PAUSE))
        else:
            return answer


def say_patiently(rotator: Api, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
    """The answer to what a person says to a rotation, or about a task. A busy rotation is asked for half a minute.

    Raises:
        ApiRefusedError: when it is refused, or the rotation stays busy.
    """
    tries, key = _TRIES + 1, uuid4().hex
    while True:
        try:
            answer: dict[str, Any] = rotator.post(path, body, key)
        except ApiRefusedError as refused:
            tries -= 1
            if refused.code != "rotation-busy" or not tries:
                raise
            say_error(str(refused))
            time.sleep(_LONGEST_PAUSE)
        else:
            if not answer.get("pending"):
                return answer
            say_error(_("the rotation is still at work on it"))


def _goes_on(answer: Mapping[str, Any]) -> bool:
    """Whether it is a survey that goes on, and not what was asked for."""
    return answer.get("state") == "running" and "site_id" in answer and "id" not in answer
