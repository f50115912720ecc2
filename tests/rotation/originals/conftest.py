"""The originals of a site of two servers: G and H, each with one location, on a list of which the plan makes a copy."""

import pytest

from rotation.originals.content import kept
from rotation.procedure.restoration import OriginalPair
from rotation.survey import Pair
from rotation.values import RotationId


@pytest.fixture
def here(make):
    """The site."""
    return make.site("s1", "s2")


@pytest.fixture
def planned(make, here):
    """The plan of its rotation, which relaxes both groups: H holds a client that cannot fail over, and so does G."""
    stuck = [make.client("d1", "H", build="14.2.1.0"), make.client("d2", build="14.2.1.0")]
    return make.plan(here, make.group("G"), make.group("H"), clients=stuck)


@pytest.fixture
def originals(make, here, planned):
    """What its rotation has recorded of them."""
    pairs = [
        OriginalPair(
            pair=Pair(group_id=group.id, location_id=location.id),
            group_path=group.path,
            location_name=location.name,
            settings=location.settings,
        )
        for group in (make.group("G"), make.group("H"))
        for location in group.locations
    ]
    update = {
        "certificates": tuple(
            chosen.model_copy(update={"fingerprint": "ab" * 32, "replaces": "cd" * 32})
            for chosen in planned.body.certificates
        )
    }
    body = planned.body.model_copy(update=update)
    plan = planned.model_copy(update={"body": body, "hash": body.content_hash()})
    return kept(here, RotationId("rot-1"), plan, pairs, recorded_at=make.t0)
