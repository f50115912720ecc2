"""The rivals: strategies without proof cut clients off where the product does not."""

import pytest

from emulator.switches import Switches
from simulation.drawn.faults import Faults
from tests.proof.beside import PRODUCT, Kind, Losses, kind_of, table, together
from tests.proof.drawn.drawing import Sizes, draw
from tests.proof.rivals import STRATEGIES, compare
from tests.proof.seeds import scenario

SIZES = Sizes(servers=3, groups=4, clients=24)


async def test_strategies_without_proof_cut_clients_off():
    """On a handful of sites each rival loses clients, the product none, and the report has a line for each."""
    beside = await compare(draw(seed, SIZES, Faults.NONE) for seed in range(2, 8))
    (sound,) = beside
    assert (sound.kind, sound.lost[PRODUCT], sound.promised) == (Kind.SOUND, Losses(), 0)
    assert all(sound.lost[strategy.__name__].ever > 0 for strategy in STRATEGIES), beside
    assert len(table(beside)) == 4 + len(STRATEGIES)
    (twice,) = together([*beside, *beside])
    assert (twice.sites, twice.lost) == (2 * sound.sites, {name: lost + lost for name, lost in sound.lost.items()})


async def test_people_who_choose_nothing_lose_no_client_that_a_plan_would_leave_out():
    """A client of this site is away when the plan is made: by a choice of its people it is left out by name."""
    chosen, by_default = [await compare([scenario(193)], by_default=each) for each in (False, True)]
    assert [one.lost[PRODUCT].ever for one in (*chosen, *by_default)] == [1, 0]
    assert [one.promised for one in (*chosen, *by_default)] == [0, 0]


@pytest.mark.parametrize(
    ("blocked", "stale", "kind"),
    [
        (False, False, Kind.SOUND),
        (True, False, Kind.NO_PLAIN_HTTP),
        (False, True, Kind.STALE_SIGNATURES),
        (True, True, Kind.BOTH),
    ],
)
def test_the_kind_of_a_site_names_its_faults(blocked, stale, kind):
    """Sites with a fault that no strategy can see beforehand are compared by themselves."""
    spec = draw(2, SIZES, Faults.NONE).spec
    clients = tuple(each.model_copy(update={"http_blocked": blocked}) for each in spec.clients)
    switches = Switches(stale_sig_files=stale)
    assert kind_of(spec.model_copy(update={"clients": clients, "switches": switches})) is kind
