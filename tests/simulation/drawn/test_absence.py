"""Who is away and for how long, drawn from when clients were last seen."""

from datetime import timedelta
from itertools import pairwise

from simulation.drawn.absence import Absences
from simulation.drawn.chance import Chance

DAY = timedelta(days=1)
SILENCES = [DAY, 2 * DAY, 3 * DAY, 5 * DAY, 12 * DAY, 40 * DAY]
CLIENTS = [f"client-{number}" for number in range(400)]


def test_an_absence_lasts_at_least_as_long_as_the_silence_and_as_long_as_others_were_silent():
    """Of those silent for a week: most stay away as long as one of the two longer silences, some for longer still."""
    absences = Absences(SILENCES, there=60)
    first = [absences.of_absent(client, 7 * DAY, Chance(1))[0] for client in CLIENTS]
    assert {begin for begin, _ in first} == {-7 * DAY}
    ends = [end + 7 * DAY for _, end in first]
    assert min(ends) == 12 * DAY
    as_seen = [sum(end == known for end in ends) / len(ends) for known in (12 * DAY, 40 * DAY)]
    assert all(0.25 < share < 0.42 for share in as_seen)
    assert sum(end > 80 * DAY for end in ends) / len(ends) > 0.1


def test_those_who_are_there_go_away_so_often_that_the_share_of_the_absent_stays():
    """Six of 66 were away: over a year, about one client-day in eleven is spent away."""
    absences, year = Absences(SILENCES, there=60), 365 * DAY
    away = sum(
        (
            (min(end, year) - begin)
            for client in CLIENTS
            for begin, end in absences.of_present(client, Chance(2))
            if begin < year
        ),
        timedelta(0),
    )
    assert 0.06 < away / (len(CLIENTS) * year) < 0.12


def test_windows_are_in_order_apart_and_bounded():
    """However short absences are, a client has a dozen and one at most: memory is bounded."""
    absences = Absences([timedelta(seconds=1)] * 50, there=50)
    for client in CLIENTS[:50]:
        windows = absences.of_absent(client, timedelta(seconds=1), Chance(3))
        assert len(windows) <= 13
        assert all(earlier < later for earlier, later in pairwise(edge for window in windows for edge in window))


def test_without_absences_no_client_goes():
    """Nothing is known of how long a client would be away."""
    assert Absences((), there=5).of_present("client", Chance(1)) == ()
