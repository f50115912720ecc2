"""Playing one site many times, a seed each."""

from collections.abc import Callable, Iterable

from simulation.drawing import Faults
from simulation.record import Record, record
from simulation.run import play
from simulation.synthetic import Size, of_size


async def play_many(size: Size, faults: Faults, seeds: Iterable[int], played: Callable[[], None]) -> list[Record]:
    """The records of all seeds, in their order. `played` is called after each."""
    records = []
    for seed in seeds:
        records.append(record(await play(of_size(size, seed, faults))))
        played()
    return records
