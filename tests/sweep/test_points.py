"""Which places are points, and how they are put together."""

from collections.abc import Iterable
from dataclasses import replace

from tests.sweep.points import Aim, Passing, Place, Point, Sample, Victim, Watch, batches, kind_of_path, points

SAVE = Place("worker", "read_gate", "commit Coverage.save", "after")
WHOLE = Place("worker", "read_gate", "", "before")
CALL = Place("api", "POST /v1/rotations", "rpc start RotateSite", "before")
READ = Place("sepm", "GET /groups", "", "after")
PATCH = Place("sepm", "PATCH /groups/*", "", "after")


def passed(watch: Watch, *passings: tuple[Place, int, str]) -> list[Point | None]:
    """What a watch answers to processes that pass these places."""
    return [watch.passed(Passing(place, 1, number, step)) for place, number, step in passings]


def swept(watch: Watch) -> set[tuple[Victim, Place, str, int]]:
    """The points of a procedure that was seen."""
    return {(point.victim, point.place, point.step, point.number) for point in points("list-a", watch)}


def test_the_first_and_the_last_of_each_kind_of_place_are_points() -> None:
    """What lies between the first and the last pass is none, nor what came before the procedure began."""
    watch = Watch()
    passed(watch, (SAVE, 1, "preflight"))
    watch.begin()
    passed(watch, (SAVE, 1, "A8"), (SAVE, 2, ""), (SAVE, 1, "B3"), (SAVE, 1, "closing"), (SAVE, 2, ""))
    victims = (Victim.WORKER, Victim.MACHINE)
    assert swept(watch) == {(each, SAVE, *last) for each in victims for last in (("A8", 1), ("closing", 2))}


def test_each_place_has_the_victims_that_it_concerns() -> None:
    """Temporal dies around whole activities and calls of it; SEPM's side once for a read, whose answer is lost.

    Where the worker or the API dies, all of the service's machine does too.
    """
    watch = Watch()
    passed(watch, *((place, 1, "") for place in (SAVE, WHOLE, CALL, PATCH, READ, replace(READ, side="before"))))
    assert {(victim, place) for victim, place, _, _ in swept(watch)} == {
        (Victim.WORKER, SAVE),
        (Victim.WORKER, WHOLE),
        (Victim.TEMPORAL, WHOLE),
        (Victim.API, CALL),
        (Victim.TEMPORAL, CALL),
        (Victim.SEPM, PATCH),
        (Victim.SEPM, READ),
        *((Victim.MACHINE, place) for place in (SAVE, WHOLE, CALL)),
    }


def test_a_point_is_read_as_it_is_written() -> None:
    """What a report names can be given to the command line."""
    for place in (SAVE, WHOLE, CALL, PATCH):
        point = Point("list-a", place.victims[0], place, "06-A8", 2)
        assert Point.parse(str(point)) == point


def test_an_aim_kills_once_at_each_of_its_points_and_nowhere_else() -> None:
    """The step and the pass count, and what has been hit is hit no more."""
    point = Point("list-a", Victim.WORKER, SAVE, "A8", 2)
    aim = Aim(left=[point])
    assert passed(aim, (SAVE, 2, "A2"), (SAVE, 1, "A8"), (SAVE, 2, ""), (SAVE, 2, "")) == [None, None, point, None]
    assert (aim.hit, aim.left) == ([point], [])


def test_a_call_of_the_api_belongs_to_the_step_in_which_it_came() -> None:
    """Before it is answered the rotation may have gone on, or not: that is chance, and no other point."""
    call = Place("api", "POST /v1/tasks/*/done", "", "before")
    answer = replace(call, side="after")
    watch = Watch()
    for place, step, execution in ((call, "A5", 1), (WHOLE, "A7", 9), (answer, "", 1), (call, "", 2)):
        watch.passed(Passing(place, 1, 1, step, execution))
    assert [step for passing, step in watch.seen if passing.place != WHOLE] == ["A5", "A5", "A7"]


def test_a_seed_draws_the_same_sample_again_and_another_seed_another_one() -> None:
    """A few deaths at places that the seed chooses."""
    places = [(Place("worker", f"activity {number}", "", "before"), 1, "") for number in range(300)]

    def drawn(seed: int) -> list[Point]:
        watch = Sample(procedure="list-a", seed=seed)
        passed(watch, *places)
        return watch.hit

    assert 1 <= len(drawn(1)) <= 3
    assert drawn(1) == drawn(1) != drawn(2)


def together(chosen: Iterable[Point]) -> list[int]:
    """The sizes of the runs that these points make."""
    return [len(batch) for batch in batches(tuple(chosen), 16)]


def test_one_run_has_one_victim_and_few_deaths_of_one_activity() -> None:
    """Deaths of other steps go together; a later pass within an execution goes with no other death of it."""
    steps = [Point("list-a", Victim.WORKER, SAVE, f"step {number}", 1) for number in range(20)]
    assert together(steps) == [16, 4]
    assert together([steps[0], Point("list-a", Victim.TEMPORAL, WHOLE, "step 1", 1)]) == [1, 1]
    assert together([steps[0], Point("list-a", Victim.WORKER, WHOLE, "step 0", 1)]) == [2]
    assert together([steps[0], Point("list-a", Victim.WORKER, SAVE, "step 0", 2)]) == [1, 1]


def test_a_path_is_known_by_its_kind() -> None:
    """Ids of the API and of SEPM are left out."""
    assert kind_of_path("/v1/rotations/rot-1/cancel") == "/v1/rotations/*/cancel"
    assert kind_of_path("/v1/rotations") == "/v1/rotations"
    assert kind_of_path(f"/sepm/api/v1/groups/{'AB01' * 8}/computers") == "/sepm/api/v1/groups/*/computers"
