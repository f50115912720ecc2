"""The order in which tests begin: drawn by a seed, and the longest files first all the same."""

import subprocess
import sys

import pytest

from tests.conftest import HERE, LONGEST
from tests.sharing import SHARING, InFiles

FILES = ("tests/rotation/trust/test_fingerprints.py", "tests/rotation/test_serial.py", "tests/rotation/test_values.py")
LONG = f"tests/{LONGEST[0]}"
COLLECTED = """
import sys
import pytest

for seed in (1, 1, 2):
    pytest.main(["--collect-only", "-q", "-p", "no:cacheprovider", f"--randomly-seed={seed}", *sys.argv[1:]])
    print("=")
"""


@pytest.fixture(scope="module")
def orders() -> list[list[str]]:
    """The tests of some files in the order of a seed, of the same seed again, and of another one."""
    command = [sys.executable, "-c", COLLECTED, *FILES, LONG]
    listed = subprocess.run(command, cwd=HERE.parent, capture_output=True, text=True, check=True)
    return [[line for line in part.splitlines() if "::" in line] for part in listed.stdout.split("=\n")[:3]]


def file_of(test: str) -> str:
    """The file of a test."""
    return test.partition("::")[0]


def test_a_seed_is_an_order(orders):
    """The same seed gives the same order, another seed another one."""
    first, again, other = orders
    assert len({file_of(test) for test in first}) == len(FILES) + 1
    assert again == first
    assert sorted(other) == sorted(first)
    assert other != first


def test_files_and_the_tests_of_each_are_shuffled(orders):
    """Two seeds differ in the order of the files, and in that of the tests of one file."""
    first, _, other = orders
    assert list(dict.fromkeys(map(file_of, first))) != list(dict.fromkeys(map(file_of, other)))
    assert [test for test in first if file_of(test) == FILES[0]] != [
        test for test in other if file_of(test) == FILES[0]
    ]


def test_the_longest_begin_first(orders):
    """A file that takes long comes first, although it was named last."""
    assert [file_of(tests[0]) for tests in orders] == [LONG] * 3


def test_files_that_share_a_service_go_to_one_process():
    """They are one unit of work, and every other file is a unit of its own."""
    assert all((HERE.parent / file).exists() for file in SHARING)
    unit = InFiles.__new__(InFiles)._split_scope
    assert len({unit(f"{file}::test_it") for file in SHARING}) == 1
    assert unit("tests/e2e/test_kills.py::test_it") == "tests/e2e/test_kills.py"
