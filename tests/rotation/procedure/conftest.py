"""Plans that tests of several procedures share."""

import pytest


@pytest.fixture
def mixed(make):
    """Three servers; G fails over, H holds a 14.2 client; replication with another site."""

    def build(**wishes):
        site = make.site("s1", "s2", "s3")
        clients = [make.client("c1"), make.client("d1", "H", build="14.2.1.0")]
        groups = [make.group("G"), make.group("H")]
        request = make.request(site, **wishes)
        return make.plan(site, *groups, clients=clients, request=request, replication_partners=("Linz",))

    return build
