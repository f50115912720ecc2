"""A table as a file that a spreadsheet opens."""

import csv
from collections.abc import Iterable, Sequence
from http import HTTPStatus
from io import StringIO

from fastapi.responses import PlainTextResponse

from rotation.text.plain_text import cell

_LONGEST = 60


def csv_file(name: str, columns: Sequence[str], lines: Iterable[Iterable[str]]) -> PlainTextResponse:
    """The answer with the file. No program takes a field of it for a formula.

    Args:
        name: without its ending.
        columns: their names, the first line of the file.
        lines: the fields of each.
    """
    written = StringIO()
    table = csv.writer(written)
    table.writerow(columns)
    table.writerows(map(cell, line) for line in lines)
    headers = {"Content-Disposition": f'attachment; filename="{name[:_LONGEST]}.csv"'}
    return PlainTextResponse(written.getvalue(), HTTPStatus.OK, headers, media_type="text/csv; charset=utf-8")
