"""Some hundred damaged files in passing, what was once found, and that the machinery sees what it is there for."""

import asyncio
import hashlib
import os
import signal
import subprocess
import sys
import warnings
from dataclasses import replace
from http import HTTPStatus

import pytest

from api.http.problems import ProblemError
from tests.fuzz import judging, lanes, parsers
from tests.fuzz.every_operation import every_operation
from tests.fuzz.finds import entries
from tests.fuzz.judging import judge
from tests.fuzz.lanes import Played, parser_of, play
from tests.fuzz.parsers import PARSERS
from tests.fuzz.through_api import through_api

INPUTS = 1000
IDS = [parser.name for parser in PARSERS]


@pytest.fixture(autouse=True)
def _no_warnings():
    """Cryptography warns of odd names and serial numbers, and reads them."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


@pytest.mark.parametrize("part", range(5))
def test_damaged_files_are_read_or_refused(part):
    """Each has a result, or a refusal of its parser that says what to do, in a moment."""
    for number in range(part * INPUTS // 5, (part + 1) * INPUTS // 5):
        parser = parser_of(number)
        assert judge(parser, parser.input(number))[1] == "", (parser.name, number)


@pytest.mark.parametrize("entry", entries(), ids=lambda entry: f"{entry.parser}-{entry.found[:40]}")
def test_what_was_found_once_is_found_no_more(entry):
    """Each input of the ledger, by its bytes."""
    [parser] = [each for each in PARSERS if each.name == entry.parser]
    assert judge(parser, entry.content)[1] == ""
    assert entry.found.endswith(".")
    assert entry.pinned_by


@pytest.mark.parametrize("parser", PARSERS, ids=IDS)
def test_the_corpus_is_good(parser):
    """Most mutations are near to something that is read, and some are read themselves."""
    assert any(judge(parser, content)[0] for content in parser.corpus())
    assert any(judge(parser, parser.input(number))[0] for number in range(400))


@pytest.mark.parametrize("parser", PARSERS, ids=IDS)
def test_an_input_follows_from_its_number(parser):
    """In another process, with other hashes, it is the same."""
    program = (
        "import hashlib, sys; from tests.fuzz.parsers import PARSERS\n"
        "[parser] = [each for each in PARSERS if each.name == sys.argv[1]]\n"
        "print(hashlib.sha256(b'|'.join(parser.input(n) for n in range(50))).hexdigest())"
    )
    ended = subprocess.run([sys.executable, "-c", program, parser.name], check=True, capture_output=True, text=True)
    assert ended.stdout.strip() == hashlib.sha256(b"|".join(parser.input(n) for n in range(50))).hexdigest()


def test_what_comes_over_the_api_is_kept_or_a_problem():
    """Whatever is uploaded, and whatever is sent in place of JSON."""
    assert asyncio.run(through_api(range(100))) == []


def test_every_operation_bears_what_is_odd():
    """Bodies, parameters, paths and headers: each answer is one that the API describes, and no error of ours."""
    assert asyncio.run(every_operation(range(300))) == []


def test_an_operation_that_does_not_bear_it_is_found(monkeypatch):
    """One that fails, one that refuses without a remedy, and one whose answer is not described."""

    async def fail(*_, **__):
        raise RuntimeError("of nobody")

    async def refuse(*_, **__):
        raise ProblemError(HTTPStatus.NOT_FOUND, "gone", "it is gone")

    async def tease(*_, **__):
        raise ProblemError(HTTPStatus.IM_A_TEAPOT, "teapot", "no coffee", remedy="tea")

    monkeypatch.setattr("store.rotation.tasks.Tasks.get", fail)
    monkeypatch.setattr("store.rotation.plans.Plans.get", refuse)
    monkeypatch.setattr("store.rotation.rotations.Rotations.get", tease)
    found = " ".join(find.what for find in asyncio.run(every_operation(range(300))))
    assert "HTTP 500: internal-error" in found
    assert "gone does not say what to do" in found
    assert "418 is not described" in found


def _loops(_content):
    while True:
        pass


def _raises(_content):
    raise IndexError("of nobody")


@pytest.mark.parametrize(
    ("read", "what"),
    [
        (_raises, "IndexError: of nobody"),
        (_loops, "ended its process by signal 27"),
        (lambda _: os.kill(os.getpid(), signal.SIGKILL), "ended its process by signal 9"),
        (lambda _: bytes(judging.MEMORY * 2), "MemoryError"),
    ],
    ids=["raises", "loops", "crashes", "eats"],
)
def test_a_parser_that_does_not_bear_an_input_is_found(monkeypatch, read, what):
    """One that raises something else, does not end, breaks down or takes all memory; and the others are played on."""
    bad = replace(PARSERS[0], name="bad", read=lambda content: read(content) if len(content) % 7 == 0 else content)
    monkeypatch.setattr(lanes, "PARSERS", (bad,))
    monkeypatch.setattr(lanes, "_DEADLY", 0.3)
    played = Played()
    for some in play(range(20), 2):
        played.add(some)
    wrong = [number for number in range(20) if len(bad.input(number)) % 7 == 0]
    assert sorted(find.number for find in played.finds) == wrong != []
    assert all(what in find.what for find in played.finds)
    assert played.counts.total() == 20


def test_a_greedy_parser_is_found(monkeypatch):
    """Its first input in each process is a find, long before all memory is taken; the peak memory is reported."""
    greedy = replace(PARSERS[0], name="bad", read=lambda _: len(b"x" * (judging.GROWTH * 2)))
    monkeypatch.setattr(lanes, "PARSERS", (greedy,))
    played = Played()
    for some in play(range(6), 2):
        played.add(some)
    assert {find.number for find in played.finds} >= {0, 1}
    assert all(find.what.startswith("made its process larger by ") for find in played.finds)
    assert played.largest > judging.GROWTH * 2


def test_a_slow_parser_is_found(monkeypatch):
    """Not only one that never ends."""
    monkeypatch.setattr(judging, "ENOUGH", 0.0)
    assert judge(parsers.PARSERS[0], b"x" * 10_000)[1].endswith("of processor")
