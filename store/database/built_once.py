"""Statements that are built once and run thousands of times within a simulation: compiled once, too.

SQLAlchemy looks a statement up, makes a context and a result of it at every run, which takes ten times as long as
SQLite takes for the few rows of a small site. Over its own connection, in one thread, the compiled text, the types and
the driver are all that is needed. Without this, 12 drawn sites took 30 % more of the processor.
"""

from collections import namedtuple
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from sqlite3 import Connection, Cursor
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import BindParameter, ClauseElement, Executable, Select, UpdateBase
from sqlalchemy.dialects import sqlite
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.types import TypeEngine

from store.schema.columns import Document

_Statement = TypeVar("_Statement", bound=Executable)
_Given = Mapping[str, Any]
_ROWS_AT_ONCE = 500
_DOCUMENTS = 512
"""How many documents of a column are kept."""
_MARK = "built_once"
_DIALECT = sqlite.dialect()


def built_once(statement: _Statement) -> _Statement:
    """`statement`, which lives as long as the process."""
    return statement.execution_options(**{_MARK: True})


class FoundRows:
    """The rows of a statement: what is used of a `Result`."""

    def __init__(self, cursor: Cursor, row: Callable[[Sequence[Any]], Any]) -> None:
        self._cursor, self._row = cursor, row

    def __iter__(self) -> Iterator[Any]:
        return map(self._row, self._cursor)

    def one_or_none(self) -> Any:
        """The row of a statement that finds one at most."""
        found = self._cursor.fetchone()
        return None if found is None else self._row(found)

    def scalars(self) -> Iterator[Any]:
        """The first column."""
        return (row[0] for row in self)

    def partitions(self) -> Iterator[list[Any]]:
        """The rows, some at a time."""
        while some := self._cursor.fetchmany(_ROWS_AT_ONCE):
            yield list(map(self._row, some))


class _Bound(NamedTuple):
    """A parameter of the compiled text."""

    name: str
    constant: Any
    """Its value where none is given."""
    process: Callable[[Any], Any] | None


class _Ready(NamedTuple):
    """A statement, compiled for parameters of certain names."""

    text: str
    bound: tuple[_Bound, ...]
    row: Callable[[Sequence[Any]], Any]

    def values(self, given: _Given) -> list[Any]:
        """What the driver binds."""
        values = []
        for name, constant, process in self.bound:
            value = given.get(name, constant)
            values.append(value if process is None else process(value))
        return values


class Runner:
    """Runs statements that are built once over one connection to SQLite."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def run(self, statement: Executable, given: _Given | Sequence[_Given] | None) -> FoundRows | None:
        """What `statement` finds; None for one that must go the usual way."""
        if not statement.get_execution_options().get(_MARK):
            return None
        one: _Given = given if isinstance(given, Mapping) else next(iter(given or ()), {})
        ready = _compiled(statement, tuple(one))
        if ready is None:
            return None
        if isinstance(given, Mapping) or given is None:
            return FoundRows(self._connection.execute(ready.text, ready.values(one)), ready.row)
        return FoundRows(self._connection.executemany(ready.text, [ready.values(each) for each in given]), ready.row)


@lru_cache(maxsize=1024)
def _compiled(statement: Executable, names: tuple[str, ...]) -> _Ready | None:
    if not isinstance(statement, ClauseElement):
        return None
    compiled = statement.compile(dialect=_DIALECT, column_keys=list(names))
    if not isinstance(compiled, SQLCompiler) or compiled.positiontup is None or compiled.post_compile_params:
        return None  # a list of values is written out again for each length
    bound = tuple(_bound(name, compiled.binds[name]) for name in compiled.positiontup)
    return _Ready(str(compiled), bound, _row_of(statement))


def _bound(name: str, parameter: BindParameter[Any]) -> _Bound:
    kind = parameter.type.dialect_impl(_DIALECT)
    return _Bound(name, parameter.effective_value, kind.bind_processor(_DIALECT))


def _reader(kind: TypeEngine[Any]) -> Callable[[Any], Any] | None:
    """What makes a value of what the driver gives: a document, which is frozen, of each text once."""
    reader = kind.dialect_impl(_DIALECT).result_processor(_DIALECT, None)
    return lru_cache(_DOCUMENTS)(reader) if reader is not None and isinstance(kind, Document) else reader


def _row_of(statement: Executable) -> Callable[[Sequence[Any]], Any]:
    """What makes a row of what the driver gives."""
    # an update finds what it says it returns
    columns = list(statement.exported_columns) if isinstance(statement, Select | UpdateBase) else []
    # the statement names the columns
    made = namedtuple("Row", [str(column.key) for column in columns])  # type: ignore[misc] # noqa: PYI024
    readers = [_reader(column.type) for column in columns]
    if not any(readers):
        return made._make

    def read(values: Sequence[Any]) -> Any:
        pairs = zip(values, readers, strict=True)
        return made._make([value if reader is None else reader(value) for value, reader in pairs])

    return read
