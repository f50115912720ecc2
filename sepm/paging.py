"""Pages of rows, read to an end that always comes, and that is checked against SEPM's own count."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import TypeVar

from sepm.errors import IncompleteReading
from sepm.payloads import PagePayload

Row = TypeVar("Row")

# pages may appear while they are read; beyond this something is wrong
_SLACK = 3


async def rows(
    fetch: Callable[[int], Awaitable[PagePayload[Row]]],
    key: Callable[[Row], str],
    *,
    address: str,
    what: str,
) -> AsyncIterator[Row]:
    """All rows, each once, by `key`.

    It ends at the last page, at an empty page, at a page that says neither `lastPage` nor that more follow, and at
    the latest some pages after the first page's `totalPages`. A row that moves while the pages are read may come
    twice (skipped) or never; `IncompleteReading` is raised at the end when fewer rows came than the smallest count that
    any page gave.

    Args:
        fetch: reads a page; the first has index 1.
        key: what makes a row the same row.
        address: for errors.
        what: for errors: what the rows are.
    """
    seen: set[str] = set()
    least: int | None = None
    index, bound = 0, None
    while True:
        index += 1
        page = await fetch(index)
        for row in page.content:
            if key(row) not in seen:
                seen.add(key(row))
                yield row
        if page.total_elements is not None:
            least = page.total_elements if least is None else min(least, page.total_elements)
        if bound is None:
            bound = (page.total_pages or 1) + _SLACK
        if _is_last(page, index) or index >= bound:
            break
    if least is not None and len(seen) < least:
        raise IncompleteReading(
            address,
            f"{index} pages of {what} held {len(seen)} different rows, but SEPM counts {least}",
            "read again; if it stays so, SEPM's paging is faulty and nothing may be concluded from it",
        )


def _is_last(page: PagePayload[Row], index: int) -> bool:
    if page.last_page is not None:
        return page.last_page or not page.content
    more_announced = page.total_pages is not None and index < page.total_pages
    return not page.content or not more_announced
