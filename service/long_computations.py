"""Pure functions that take seconds where there is much to do: meanwhile others have their turn, and activities beat."""

import asyncio
from collections.abc import Callable
from typing import ParamSpec, TypeVar

_Given = ParamSpec("_Given")
_Result = TypeVar("_Result")
_MANY = 10_000
"""Clients that are judged, or planned for, within half of a second."""


async def in_turns(
    clients: int, function: Callable[_Given, _Result], *args: _Given.args, **kwargs: _Given.kwargs
) -> _Result:
    """The result of `function`, which is about so many `clients`: of many it works in a thread."""
    if clients < _MANY:
        return function(*args, **kwargs)
    return await asyncio.to_thread(function, *args, **kwargs)
