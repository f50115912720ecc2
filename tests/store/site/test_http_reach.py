"""What clients were answered over plain HTTP, as it is kept."""

from datetime import timedelta

import pytest

from rotation.reach.answer import ReachAnswer
from store.site.sites import UnknownSite


def answer(make, client="PC-1", **fields):
    """An answer at the start."""
    known = {"client": client, "network": "10.1.0.0/16", "server": "sepm1", "host": "sepm1.test", "port": 8014}
    return ReachAnswer(**{**known, "result": "ok", "at": make.t0, **fields})


async def test_of_one_client_server_and_port_the_newest_answer_is_kept(site, make):
    """The same file again, an older one after a newer one, and both in one file change nothing."""
    older, newer = answer(make, result="timeout", at=make.t0 - timedelta(days=1)), answer(make)
    for some in ([newer, older], [older], [newer]):
        await site.http_reach.add("site-1", some, "nora")
        assert await site.http_reach.answers("site-1") == (newer,)
    elsewhere = answer(make, network="10.2.0.0/16", result="refused")
    await site.http_reach.add("site-1", [elsewhere], "nora")
    assert set(await site.http_reach.answers("site-1")) == {newer, elsewhere}


async def test_a_site_that_is_not_registered_has_none(site, make):
    """Nothing is kept of it."""
    with pytest.raises(UnknownSite):
        await site.http_reach.add("nowhere", [answer(make)], "nora")
