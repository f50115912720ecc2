import asyncio
import dataclasses
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import pytest

from simulation.played.run import play
from tests.proof.drawn.drawing import Sizes, draw
from tests.proof.seeds import scenario
from tests.proof.temporal.durable import digest_of, same_run, through_temporal
from tests.proof.temporal.killed_worker import Cut, in_a_drill
from tests.proof.temporal.skipping import skipping_server
from tests.simulation.drill_holes import HOLES

TINY = Sizes(servers=2, groups=2, clients=6)


@pytest.fixture(scope="module")
async def client():
    """A client of a real server that skips time."""
    async with skipping_server() as env:
        yield env.client


@pytest.mark.parametrize("seed", [1, 7])
async def test_a_seed_gives_the_same_run_through_the_real_temporal(client, seed):
    """Event by event at the same due times, with the same effects on the site, whatever runs the loop."""
    here = await play(draw(seed, TINY))
    there = await play(draw(seed, TINY), through_temporal(client))
    assert here.outcome is not None
    assert same_run(here, there) == ""
    assert same_run(here, dataclasses.replace(there, trail=there.trail[:-1])) != ""


async def test_a_seed_has_the_same_digest_in_every_process():
    """Keys are made by each process for itself, and a digest leaves out what names them."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as other:
        there = other.submit(_digest, 1)
        here = await play(draw(1, TINY))
        assert digest_of(here) == there.result()
    assert digest_of(here) != digest_of(dataclasses.replace(here, trail=here.trail[:-1]))


def _digest(seed):
    return digest_of(asyncio.run(play(draw(seed, TINY))))


async def test_a_try_that_waits_in_vain_delays_no_act(client):
    """An activity waits a minute for SEPM's rate limit and fails; a person who acts before its next try is not late."""
    here = await play(scenario(1017))
    there = await play(scenario(1017), through_temporal(client))
    assert same_run(here, there) == ""


async def test_the_drill_with_https_shut_is_made_twice_through_the_real_temporal(client):
    """It goes back to the step that shuts the ports (rule 18): the same events, at the same due times."""
    (known,) = (each for each in HOLES if each.name == "agents of another kind take the list late, and HTTPS is shut")
    here = await play(known.scenario)
    there = await play(known.scenario, through_temporal(client))
    assert [task.work.kind for task in there.tasks].count("shut_https") == 2
    assert same_run(here, there) == ""


async def test_a_drill_that_a_crash_of_the_worker_cuts_goes_on_as_if_nothing_had_been(client):
    """An activity is done and its answer is lost; another worker replays what was, and the run is the same."""
    (known,) = (each for each in HOLES if each.name == "agents of another kind take the list late, and HTTPS is shut")
    cut = Cut(in_a_drill)
    here = await play(known.scenario)
    there = await play(known.scenario, through_temporal(client, cut=cut))
    assert cut.made
    assert same_run(here, there) == ""


async def test_the_drill_with_a_stopped_server_is_made_twice_through_the_real_temporal(client):
    """It goes back to the step that stops the server (rule 18): the same events, at the same due times."""
    name = "somebody leaves one server in a list, SEPM dates no edit, and servers are stopped"
    (known,) = (each for each in HOLES if each.name == name)
    here = await play(known.scenario)
    there = await play(known.scenario, through_temporal(client))
    assert [task.work.kind for task in there.tasks].count("stop_server") == 3
    assert same_run(here, there) == ""
