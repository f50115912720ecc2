"""Playing one site many times, a seed each."""

from collections.abc import Callable, Iterable

from simulation.drawn.faults import Faults
from simulation.judged.record import RunRecord, record
from simulation.played.run import play
from simulation.subject import Subject


async def play_many(
    subject: Subject, faults: Faults, seeds: Iterable[int], played: Callable[[], None]
) -> list[RunRecord]:
    """The records of all seeds, in their order. `played` is called after each.

    Raises:
        CannotBePlayedError: when the emulator cannot be such a site.
    """
    records = []
    for seed in seeds:
        records.append(await play_one(subject, faults, seed))
        played()
    return records


async def play_one(subject: Subject, faults: Faults, seed: int) -> RunRecord:
    """The record of one seed.

    Raises:
        CannotBePlayedError: when the emulator cannot be such a site.
    """
    return record(await play(subject.scenario(seed, faults)), subject.approved)
