"""Lists of the API: each is read in pages, by the same two parameters, into the same envelope (decision 0050)."""

import re
from collections.abc import Callable
from typing import Annotated, Any, Generic, Self, TypeVar, get_args, get_origin

from fastapi import Depends, Query, Request, params
from fastapi.dependencies.utils import get_flat_params
from fastapi.exceptions import RequestValidationError
from pydantic import BeforeValidator, Field
from pydantic_core import PydanticKnownError

from rotation.values import Value
from store.database.page import LARGEST_NUMBER, MOST, Page, PageRequest

Shown = TypeVar("Shown")
Kept = TypeVar("Kept")

_DIGITS = re.compile(r"-?[0-9]+")


def _in_digits(value: object) -> object:
    if isinstance(value, str) and not _DIGITS.fullmatch(value):
        raise PydanticKnownError("int_parsing")
    return value


IN_DIGITS = BeforeValidator(_in_digits)
"""Of an integer in a query or a header, behind its bounds; pydantic alone takes ` 1`, `1.0` and `1_0`, too."""
NumberAfter = Annotated[
    int, Query(ge=0, le=LARGEST_NUMBER, description="Only those whose `number` is above this"), IN_DIGITS
]


def only_known_parameters(request: Request) -> None:
    """Refuse a parameter that the operation does not have: left out of a filter, it would give more than was wanted.

    So is one that is given twice and may be given once: one of its values would be left out.

    Raises:
        RequestValidationError: with each of them.
    """
    fields = get_flat_params(request.scope["route"].dependant)
    taken = {each.alias: each.field_info for each in fields if isinstance(each.field_info, params.Query)}
    given = request.query_params
    text = f"is no parameter of this operation, which takes {', '.join(sorted(taken))}"
    wrong = [("extra_forbidden", each, text) for each in sorted(set(given) - set(taken))]
    twice = sorted(each for each in taken if len(given.getlist(each)) > 1 and not _is_list(taken[each].annotation))
    wrong += [("given_twice", each, "may be given once") for each in twice]
    if wrong:
        raise RequestValidationError([{"type": kind, "loc": ("query", each), "msg": msg} for kind, each, msg in wrong])


def _is_list(annotation: Any) -> bool:
    return any(get_origin(each) is list for each in (annotation, *get_args(annotation)))


def _asked(
    _: Annotated[None, Depends(only_known_parameters)],
    limit: Annotated[int, Query(ge=1, le=MOST, description="How many items the page has at most"), IN_DIGITS] = 50,
    cursor: Annotated[
        str | None, Query(min_length=1, max_length=2000, description="`next` of the page before; without it the first")
    ] = None,
) -> PageRequest:
    return PageRequest(limit, cursor)


AskedPage = Annotated[PageRequest, Depends(_asked)]
EVERYTHING = PageRequest(MOST)
"""The longest page: what a page for people shows of a list."""
"""Which part of a list the caller wants."""


class PageShown(Value, Generic[Shown]):
    """Part of a list, in an order that stays."""

    items: tuple[Shown, ...]
    next: str | None = Field(description="The `cursor` of the next page; null: there is none")

    @classmethod
    def of(cls, page: Page[Kept], shown: Callable[[Kept], Shown]) -> Self:
        """The document of a page of the store."""
        return cls(items=tuple(map(shown, page.items)), next=page.cursor)
