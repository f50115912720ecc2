"""Which clients are away and for how long, from when the clients of a site were last seen.

A client is away for at least as long as it has been silent. How much longer is drawn: of the clients that have been
silent for longer than it, one is taken by chance, and the client stays away for as long as that one has been until
now. With the same chance it stays away for longer than any client has been seen to: then as likely as not for twice
the longest silence seen, for four times that with half that chance, and so on.

Clients that are there go away in their turn, so often that the share of clients that are away stays the same, each
time for as long as some silence that was seen.
"""

import math
from bisect import bisect_right
from collections.abc import Iterable
from datetime import timedelta

from simulation.drawn.chance import Chance

Windows = tuple[tuple[timedelta, timedelta], ...]
"""When a client is switched off, from and to, since the start."""

_SECOND = timedelta(seconds=1)
_MOST = 12
"""How many absences of a client are drawn: what bounds a site of 100,000 clients that go home every night."""
_LONGEST = timedelta(days=400)


class Absences:
    """How clients of one site come and go."""

    def __init__(self, silences: Iterable[timedelta], there: int) -> None:
        """From the silences of the clients that are away, and the number of those that are not."""
        self._silences = sorted(silences)
        self._stays: timedelta | None = None
        """How long, on average, a client is there between two absences."""
        if self._silences and there:
            self._stays = sum(self._silences, timedelta(0)) / len(self._silences) * (there / len(self._silences))

    def of_absent(self, client: str, silent: timedelta, chance: Chance) -> Windows:
        """The absences of a client that was last seen `silent` ago: it is away now."""
        left = max(self._whole(client, silent, chance) - silent, _SECOND)
        return ((-silent, left), *self._later(client, left, chance))

    def of_present(self, client: str, chance: Chance) -> Windows:
        """The absences of a client that is there now."""
        return self._later(client, timedelta(0), chance)

    def _whole(self, client: str, silent: timedelta, chance: Chance) -> timedelta:
        """How long the absence of a client lasts that has lasted `silent` until now."""
        longer = self._silences[bisect_right(self._silences, silent) :]
        picked = chance.whole(0, len(longer), "stays away", client)
        if picked < len(longer):
            return longer[picked]
        longest = max(silent, self._silences[-1])
        return min(_seconds(longest / (1 - chance.share("away for longer", client))), silent + _LONGEST)

    def _later(self, client: str, since: timedelta, chance: Chance) -> Windows:
        if self._stays is None:
            return ()
        windows, at = [], since
        for number in range(_MOST):
            drawn = -math.log(1 - chance.share("leaves", client, number))
            at += max(_seconds(self._stays * drawn), _SECOND)
            if at > _LONGEST:
                break
            back = at + max(_seconds(chance.one_of(self._silences, "for", client, number)), _SECOND)
            windows.append((at, back))
            at = back
        return tuple(windows)


def _seconds(span: timedelta) -> timedelta:
    """Without fractions of a second: a logarithm may differ in its last digit from machine to machine."""
    return timedelta(seconds=round(span.total_seconds()))
