"""The paging object, the same everywhere: asked for from 1, answered from 0."""

import json
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any, TypeVar

from fastapi import Query

from emulator.rest.errors import BadArgumentError

Row = TypeVar("Row")
_LARGEST = 2**31 - 1
"""The vendor describes both numbers of a page as int32."""


class Order(StrEnum):
    """Direction of a sort."""

    ASC = "ASC"
    DESC = "DESC"


@dataclass(frozen=True)
class PageRequest:
    """Which page a caller asks for."""

    index: int
    """1-based, as it is asked for."""
    size: int
    sort: str
    order: Order

    @property
    def descending(self) -> bool:
        """Whether the rows come in descending order."""
        return self.order is Order.DESC


@dataclass(frozen=True)
class Paging:
    """How a call is paged when it does not say: pages of `size`, sorted by the first of `properties`."""

    size: int
    properties: tuple[str, ...]

    def usual(self, index: int, size: int) -> PageRequest:
        """A page in the usual order."""
        return PageRequest(index, size, self.properties[0], Order.ASC)


def page_request(paging: Paging) -> Callable[..., Awaitable[PageRequest]]:
    """A dependency that reads a page request."""

    async def read(
        index: Annotated[int, Query(alias="pageIndex", ge=1, le=_LARGEST)] = 1,
        size: Annotated[int, Query(alias="pageSize", ge=1, le=_LARGEST)] = paging.size,
        sort: Annotated[str, Query()] = paging.properties[0],
        order: Annotated[str, Query()] = Order.ASC,
    ) -> PageRequest:
        if sort.upper() not in paging.properties:
            raise BadArgumentError(f"The sort argument is invalid: {sort}.")
        if order.upper() not in Order.__members__:
            raise BadArgumentError(f"The order argument is invalid: {order}.")
        return PageRequest(index, size, sort.upper(), Order(order.upper()))

    return read


def page(rows: Sequence[Row], request: PageRequest, render: Callable[[Row], Any]) -> dict[str, Any]:
    """One page of `rows`, which are sorted already; only the rows of the page are rendered."""
    content = [render(row) for row in _of_page(rows, request)]
    return {"content": content} | _position(len(rows), len(content), request)


def page_json(rows: Sequence[Row], request: PageRequest, render: Callable[[Row], str]) -> str:
    """The same as JSON, of rows that are rendered as JSON."""
    content = [render(row) for row in _of_page(rows, request)]
    position = json.dumps(_position(len(rows), len(content), request), separators=(",", ":"))
    return f'{{"content":[{",".join(content)}],{position[1:]}'


def _of_page(rows: Sequence[Row], request: PageRequest) -> Sequence[Row]:
    start = (request.index - 1) * request.size
    return rows[start : start + request.size]


def _position(total: int, here: int, request: PageRequest) -> dict[str, Any]:
    total_pages = -(-total // request.size)
    sort = {
        "direction": request.order.value,
        "property": request.sort,
        "ascending": not request.descending,
    }
    return {
        "totalPages": total_pages,
        "firstPage": request.index == 1,
        "lastPage": request.index >= total_pages,
        "totalElements": total,
        "size": request.size,
        "number": request.index - 1,
        "sort": [sort],
        "numberOfElements": here,
    }


def whole_page(rows: Sequence[Any]) -> dict[str, Any]:
    """Everything on one page, as the policy summary answers: `size` is the total, no sort."""
    return {
        "content": list(rows),
        "totalPages": 1,
        "lastPage": True,
        "firstPage": True,
        "totalElements": len(rows),
        "numberOfElements": len(rows),
        "number": 0,
        "size": len(rows),
        "sort": None,
    }
