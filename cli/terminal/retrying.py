"""Requests that may have to be sent again: while a survey goes on, or while a part of the service is away."""

import time
from collections.abc import Mapping
from typing import Any

from cli.terminal.client import Api, ApiRefusedError

_USE_IT = "PT2H"
_TRIES = 5
_LONGEST_PAUSE = 5


def post_patiently(
    rotator: Api, path: str, body: Mapping[str, Any], headers: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """The answer to `body`. A survey is waited for however long it takes, and then used; an outage for some seconds.

    Raises:
        ApiRefusedError: when it is refused for good, or the outage lasts.
    """
    tries = _TRIES
    while True:
        try:
            answer: dict[str, Any] = rotator.post(path, body, headers)
        except ApiRefusedError as refused:
            waits = refused.code == "survey-running"
            tries -= not waits
            if refused.retry_after is None or not tries:
                raise
            if waits:
                body = {**body, "survey_max_age": _USE_IT}
            time.sleep(min(refused.retry_after, _LONGEST_PAUSE))
        else:
            if not _goes_on(answer):
                return answer
            body = {**body, "survey_max_age": _USE_IT}
            time.sleep(_LONGEST_PAUSE)


def _goes_on(answer: Mapping[str, Any]) -> bool:
    """Whether it is a survey that goes on, and not what was asked for."""
    return answer.get("state") == "running" and "site_id" in answer and "id" not in answer
