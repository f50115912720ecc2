"""Plans that tests of several procedures share."""

import pytest

from rotation.plan.work.task import ConsoleTask


@pytest.fixture
def mixed(make):
    """Three servers; G fails over, H holds a 14.2 client; replication with another site."""

    def build(rest_at=(), **wishes):
        site = make.site("s1", "s2", "s3")
        clients = [make.client("c1"), make.client("d1", "H", build="14.2.1.0")]
        groups = [make.group("G"), make.group("H")]
        request = make.request(site, **wishes)
        return make.plan(
            site, *groups, clients=clients, request=request, replication_partners=("Linz",), rest_at=rest_at
        )

    return build


@pytest.fixture
def console_task(make):
    """A task of a drill, and the operator who held it."""

    def build(work, state, held):
        known = {"id": "t", "rotation_id": "r", "site_id": "s", "site_name": "S", "step": "09-drill", "number": "drill"}
        more = {"title": "", "instructions": (), "opened_at": make.t0, "claimed_by": held}
        return ConsoleTask.model_validate({**known, **more, "state": state, "evidence": "observed", "work": work})

    return build
