"""What a played workflow has read of the world is read again by a replay, and happens once."""

import pytest
from temporalio.exceptions import ApplicationError

from tests.proof.temporal.recorded_reads import Reader, Tape


def test_a_second_life_reads_what_the_first_has_read_and_goes_on():
    """Nothing is asked of the world twice; what comes behind the end of the tape is."""
    tape, world = Tape(), iter(range(10))
    first = Reader(tape)
    assert [first("now", lambda: next(world)) for _ in range(3)] == [0, 1, 2]
    second = Reader(tape)
    assert [second("now", lambda: next(world)) for _ in range(4)] == [0, 1, 2, 3]


def test_a_replay_that_goes_another_way_fails():
    """Where another thing is read than before, the rotation ends as an error instead of going on with a wrong value."""
    tape = Tape()
    Reader(tape)("now", lambda: 1)
    with pytest.raises(ApplicationError, match="reads 'people' where 'now' was read"):
        Reader(tape)("people", lambda: 2)
