"""Whole rotations on a given store, one after the other, on simulated time: each activity unseals what it needs."""

from dataclasses import fields
from datetime import timedelta
from unittest.mock import patch

from emulator.scenarios import one_server
from rotation.running.state import Outcome
from rotation.site import Limits
from rotation.values import RotationId, SiteId
from service.world import World
from simulation.drawn.scenario import Scenario
from simulation.played.run import in_process
from simulation.played.stage import Stage
from simulation.played.world import SimulatedWorld


class Unsealing(SimulatedWorld):
    """The world of a simulation, where SEPM's password is read from the store whenever SEPM is asked."""

    async def sepm(self, site):
        """The client, when the password is the one that was stored."""
        assert (await self.store.sites.connection(site.id)).password.get_secret_value() == "s3cret"
        return await super().sepm(site)

    site = World.site


async def rotate_once(store, number):
    """A rotation from its survey to its end.

    Raises:
        AssertionError: when a secret is not the one that was stored, or the rotation does not complete.
    """
    own = {"name": f"Site {number}", "password": "s3cret"}
    spec = one_server(clients=3, heartbeat=timedelta(hours=1)).model_copy(update=own)
    with (
        patch("simulation.played.stage.Store.in_memory", lambda: store),
        patch("simulation.played.stage.SITE", SiteId(f"rotated-{number}")),
        patch("simulation.played.stage.ROTATION", RotationId(f"rotation-{number}")),
    ):
        stage = Stage(Scenario(seed=number, spec=spec, limits=Limits(purge_after=None)))
        stage.world = Unsealing(**{each.name: getattr(stage.world, each.name) for each in fields(stage.world)})
        await stage._register()  # the end of its context would close the store, which is not its own
        unfinished, state = await in_process(stage, await stage.begin(await stage.plan()))
    assert (unfinished, state.outcome) == ("", Outcome.COMPLETED)
    for made in stage.certificates.values():
        key = (await store.certificates.material(made.facts.id)).key_pem
        assert key is not None
        assert made.key_pem is not None
        assert key.get_secret_value().decode() == made.key_pem.get_secret_value()
