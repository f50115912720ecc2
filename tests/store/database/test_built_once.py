"""Statements that are built once are run straight on SQLite, and find what the usual way finds."""

import sqlite3
from datetime import UTC, datetime

import pytest
from pydantic import ValidationError
from sqlalchemy import Column, Integer, MetaData, String, Table, bindparam, create_engine, insert, select

from rotation.finding import Finding, info
from store.database.built_once import Runner, built_once
from store.schema.columns import Document, Instant

_META = MetaData()
_THINGS = Table("things", _META, Column("id", Integer, primary_key=True), Column("name", String), Column("at", Instant))
_NOTES = Table("notes", _META, Column("id", Integer, primary_key=True), Column("note", Document(Finding)))
_NEW = insert(_THINGS)
_NAMED = select(_THINGS.c.name, _THINGS.c.at).where(_THINGS.c.id >= bindparam("least")).order_by(_THINGS.c.id)
_T0 = datetime(2030, 1, 2, 3, 4, 5, 6, tzinfo=UTC)
_ROWS = [
    {"id": 1, "name": "one", "at": _T0},
    {"id": 2, "name": None, "at": None},
    {"id": 3, "name": "three", "at": _T0},
]


@pytest.fixture
def both():
    """One database, and the two ways into it."""
    driver = sqlite3.connect(":memory:", isolation_level=None)
    engine = create_engine("sqlite://", creator=lambda: driver)
    _META.create_all(engine)
    with engine.connect() as usual:
        yield Runner(driver), usual
    engine.dispose()
    driver.close()


def test_rows_are_those_of_the_usual_way(both):
    """Values are bound and read by the types of their columns, by name and in order; many rows are written at once."""
    runner, usual = both
    runner.run(built_once(_NEW), _ROWS)
    found = list(runner.run(built_once(_NAMED), {"least": 1}))
    assert [row._asdict() for row in found] == [row._asdict() for row in usual.execute(_NAMED, {"least": 1})]
    assert [row.at for row in found] == [_T0, None, _T0]


def test_one_row_is_written_and_found(both):
    """A single row, its first column, and no row where none is."""
    runner, _usual = both
    runner.run(built_once(_NEW), _ROWS[2])
    assert runner.run(built_once(_NAMED), {"least": 2}).one_or_none().name == "three"
    assert list(runner.run(built_once(_NAMED), {"least": 2}).scalars()) == ["three"]
    assert runner.run(built_once(_NAMED), {"least": 4}).one_or_none() is None


def test_large_findings_come_in_parts(both):
    """No part is larger than five hundred rows, and none is missing."""
    runner, _usual = both
    runner.run(built_once(_NEW), [{"id": number, "name": str(number), "at": None} for number in range(1, 1101)])
    parts = list(runner.run(built_once(_NAMED), {"least": 1}).partitions())
    assert [len(part) for part in parts] == [500, 500, 100]


def test_a_document_is_validated_once(both):
    """It is what the usual way reads, it is one object in each row that has it, and no document at all is none."""
    runner, usual = both
    notes = built_once(select(_NOTES.c.note).order_by(_NOTES.c.id))
    note, other = (info("here", "site Here", message) for message in ("a note", "another"))
    runner.run(built_once(insert(_NOTES)), [{"id": 1, "note": note}, {"id": 2, "note": None}, {"id": 3, "note": other}])
    found = [*runner.run(notes, None).scalars(), *runner.run(notes, None).scalars()]
    assert found == [note, None, other] * 2 == [*usual.execute(notes).scalars()] * 2
    assert found[0] is found[3]


def test_a_document_that_cannot_be_read_is_an_error_each_time(both):
    """As it is the usual way: what is no document of its kind is not kept."""
    runner, usual = both
    usual.exec_driver_sql("INSERT INTO notes VALUES (1, '{}')")
    for _ in range(2):
        with pytest.raises(ValidationError):
            list(runner.run(built_once(select(_NOTES.c.note)), None))


@pytest.mark.parametrize(
    "statement",
    [_NAMED, built_once(select(_THINGS.c.id).where(_THINGS.c.id.in_(bindparam("some", expanding=True))))],
    ids=["not marked", "a list of values"],
)
def test_others_go_the_usual_way(both, statement):
    """What is not marked, and what is spelled again for each list of values, is left alone."""
    runner, _usual = both
    assert runner.run(statement, {"least": 1, "some": [1]}) is None
