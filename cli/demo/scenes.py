"""The two sites of the demo."""

from datetime import timedelta

from cli.demo.site import Scene
from cli.language.wording import later
from emulator.scenarios import one_server, three_servers
from emulator.spec import SiteSpec
from emulator.switches import Switches

_LIMITS: dict[str, str | None] = {
    "away_limit": "P1D",
    "publish_delay": "PT1S",
    "purge_after": None,
    "gate_patience": "PT10M",
    "holdout_minimum": "PT40S",
    "holdout_maximum": "PT10M",
    "stays": "PT10S",
}
_RETURNS = (timedelta(seconds=112), timedelta(seconds=116))
"""After the start of the emulator: in the second half of the holdout, if the machine is not too busy."""


def _three_servers(seed: int) -> SiteSpec:
    return three_servers(seed, returns=_RETURNS).model_copy(update={"switches": Switches(stays=timedelta(seconds=10))})


SCENES = (
    Scene(
        "one-server",
        later(
            "There is no other server to fail over to, so every group is relaxed before the swap (the vendor's list A)."
        ),
        one_server,
        # half a minute for the day that the vendor asks for
        {**_LIMITS, "relax_floor": "PT30S"},
    ),
    Scene(
        "three-servers",
        later(
            "Clients learn new certificates through another server, and one server is held out for those that are away "
            "(list B); 14.2.x clients cannot, and are relaxed."
        ),
        _three_servers,
        {**_LIMITS, "relax_floor": "PT10S"},
    ),
)
