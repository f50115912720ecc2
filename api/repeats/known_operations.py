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

API = "/v1/"
"""Where the API's own paths begin; others are of pages."""


class Keyed(NamedTuple):
    """An operation that takes an idempotency key."""

    path: str
    """As the description has it, with `{site_id}` and its like."""
    form: re.Pattern[str]
    leave: tuple[Allowed, ...]
    shown: str
    """The nearest path above it that has GET: what shows whether it was carried out."""

    async def require_leave(self, scope: Scope, parts: Parts) -> None:
        """Refuse a caller that may not do it: what another time was allowed is not shown again either.

        Raises:
            ProblemError, StoreFault: as its route does.
        """
        named = self._named(scope["path"])
        for each in self.leave:
            await each(Request({**scope, "path_params": named}), parts)

    def resource(self, path: str) -> str:
        """What shows whether a request to this path was carried out, by the ids that the path has."""
        return self.shown.format(**self._named(path))

    def _named(self, path: str) -> dict[str, str]:
        found = self.form.match(path)
        return found.groupdict() if found else {}


def keyed_operations(app: FastAPI) -> Iterator[Keyed]:
    """Every POST of the API that changes something and asks for a permission, in the order in which routes are tried.

    A form of a page has no such header: where it must not count twice, it names its message by a field of its own.
    """
    routes = tuple(iter_route_contexts(app.routes))
    read = {str(route.path) for route in routes if "GET" in (route.methods or ())}
    for route in routes:
        asks = [each.call for each in getattr(route, "dependant", Dependant()).dependencies]
        leave = tuple(each for each in asks if isinstance(each, Allowed))
        path = str(route.path)
        if leave and path.startswith(API) and "POST" in (route.methods or ()) and path not in CHANGE_NOTHING:
            above = (path.rsplit("/", parts)[0] for parts in range(path.count("/")))
            yield Keyed(path, compile_path(path)[0], leave, next(each for each in above if each in read))
