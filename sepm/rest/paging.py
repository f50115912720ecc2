"""Pages of rows, read until a reading proves itself by SEPM's own count, or fails."""

from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Generic, Protocol, TypeVar

from sepm.errors import IncompleteReading
from sepm.rest.payloads import PagePayload

Row = TypeVar("Row")

# pages may appear while they are read; beyond this something is wrong
_SLACK = 3
_PASSES = 3


class Fetch(Protocol[Row]):
    """Reads a page."""

    def __call__(self, index: int, size: int, /) -> Awaitable[PagePayload[Row]]:
        """The page of an index, the first of which is 1, with at most `size` rows."""


async def rows(
    fetch: Fetch[Row],
    key: Callable[[Row], str],
    *,
    size: int,
    address: str,
    what: str,
) -> AsyncIterator[Row]:
    """All rows, each once, by `key`, as SEPM showed it first.

    A row that leaves an earlier page between two calls draws a later one over the page's edge, where no page shows it.
    So the pages are read again, up to three times in all, until one pass proves itself:

    1. read from the first page to the last, to an empty one, to one that says neither `lastPage` nor that more follow,
       and at the latest some pages after the first page's `totalPages`
    2. the pass is whole when it held as many different rows as the largest count that any of its pages gave: were one
       drawn over an edge, the count was larger before
    3. a row that one page shows twice is in the database twice, and SEPM counts it twice: so does the pass. A row that
       two pages show proves nothing: it may have moved, or SEPM may draw the edge of its pages differently each time
    4. each pass after the first has smaller pages, which end elsewhere: so a row that is in the database twice, at the
       end of one page and the beginning of the next, is likely to be on one page then
    5. what a pass shows beyond the passes before it is given, too

    Args:
        fetch: reads a page.
        key: what makes a row the same row.
        size: how many rows a page of the first pass may have.
        address: for errors.
        what: for errors: what the rows are.

    Raises:
        IncompleteReading: when no pass was whole. What was given until then is no full reading (rule 2).
    """
    given: set[str] = set()
    one = _Pass(fetch, key, size)
    for passes in range(_PASSES):
        if passes:
            one = _Pass(fetch, key, one.shorter)
        async for row in one.rows():
            if key(row) not in given:
                given.add(key(row))
                yield row
        if one.is_whole:
            return
    raise IncompleteReading(
        address,
        f"{one.pages} pages of {what} held {len(one.seen)} different rows, but SEPM counts {one.most}",
        "read again; if it stays so, SEPM's paging is faulty and nothing may be concluded from it",
    )


class _Pass(Generic[Row]):
    """One pass over all pages."""

    def __init__(self, fetch: Fetch[Row], key: Callable[[Row], str], size: int) -> None:
        self._fetch, self._key, self._size = fetch, key, size
        self.seen: set[str] = set()
        self.doubled: dict[str, int] = {}
        """Of the rows that one page showed more than once, how often it did beyond the first time."""
        self.most = 0
        """The largest count that a page gave; 0 while none gave any."""
        self.pages = 0
        self.longest = 0
        """How many rows the fullest page had."""

    @property
    def is_whole(self) -> bool:
        """Whether no row can be missing that was there all the time."""
        return len(self.seen) + sum(self.doubled.values()) >= self.most

    @property
    def shorter(self) -> int:
        """The size of pages that end elsewhere than these did: one row less than SEPM gave, or than was asked for.

        The latter where SEPM once gave few rows by chance: by that, there would be more than twice as many pages.
        """
        given, asked = self.longest - 1, max(1, self._size - 1)
        return given if given > 0 and self.most <= 2 * self.pages * given else asked

    async def rows(self) -> AsyncIterator[Row]:
        """The rows of all pages, as they stand there."""
        bound = None
        while True:
            self.pages += 1
            page = await self._fetch(self.pages, self._size)
            self.longest = max(self.longest, len(page.content))
            self.most = max(self.most, page.total_elements or 0)
            here = Counter(self._key(row) for row in page.content)
            self.seen.update(here)
            for key, times in here.items():
                self.doubled[key] = max(self.doubled.get(key, 0), times - 1)
            for row in page.content:
                yield row
            if bound is None:
                bound = (page.total_pages or 1) + _SLACK
            if _is_last(page, self.pages) or self.pages >= bound:
                return


def _is_last(page: PagePayload[Row], index: int) -> bool:
    if page.last_page is not None:
        return page.last_page or not page.content
    more_announced = page.total_pages is not None and index < page.total_pages
    return not page.content or not more_announced
