"""Which operation a POST asks for, and the leave that it takes, found before its route runs."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from fastapi import FastAPI, Request
from fastapi.dependencies.models import Dependant
from fastapi.routing import iter_route_contexts
from starlette.routing import compile_path
from starlette.types import Scope

from api.http.allowed import Allowed
from api.parts import Parts
from api.repeats.operations import CHANGE_NOTHING

_API = "/v1/"
"""Forms of pages are no requests that programs repeat."""


class Keyed(NamedTuple):
    """An operation that takes an idempotency key."""

    path: str
    """As the description has it, with `{site_id}` and its like."""
    form: re.Pattern[str]
    leave: tuple[Allowed, ...]

    async def require_leave(self, scope: Scope, parts: Parts) -> None:
        """Refuse a caller that may not do it: what another time was allowed is not shown again either.

        Raises:
            ProblemError, StoreFault: as its route does.
        """
        found = self.form.match(scope["path"])
        named = found.groupdict() if found else {}
        for each in self.leave:
            await each(Request({**scope, "path_params": named}), parts)


def keyed_operations(app: FastAPI) -> Iterator[Keyed]:
    """Every POST that changes something and that asks for a permission, in the order in which routes are tried."""
    for route in iter_route_contexts(app.routes):
        asks = [each.call for each in getattr(route, "dependant", Dependant()).dependencies]
        leave = tuple(each for each in asks if isinstance(each, Allowed))
        path = str(route.path)
        if leave and "POST" in (route.methods or ()) and path.startswith(_API) and path not in CHANGE_NOTHING:
            yield Keyed(path, compile_path(path)[0], leave)
