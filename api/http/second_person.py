"""Acts that take two identities: the first request is kept as a wish, and the same one of another person is done."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import structlog

from api.http.problems import ProblemError
from api.parts import Parts
from rotation.identity.identity import Principal
from rotation.identity.two_persons import LASTS, TwoPersonAct, Wish

_log = structlog.get_logger(__name__)


async def require_second(
    parts: Parts, caller: Principal, act: TwoPersonAct, content: Mapping[str, Any], *, why: str, reason: str = ""
) -> Wish:
    """The wish of the other person, who sent the same before.

    Raises:
        ProblemError: 409 `second-person`, when there is none: this request is kept as a wish, and nothing else is done.
    """
    now = parts.clock()
    wish = await parts.store.wishes.second(act, content, by=caller, why=why, at=now)
    if wish is None:
        detail = (
            f"to {act.value} takes two persons: the service keeps the request of {caller.name}, and nothing is done yet"
        )
        raise ProblemError(
            HTTPStatus.CONFLICT,
            "second-person",
            f"{detail}; {reason}" if reason else detail,
            remedy=f"a person with a key of another identity sends the same request within {LASTS.days} days",
        )
    _log.info("two persons", act=act.name, first=wish.asked_by, second=caller.name, why=why)
    return wish
