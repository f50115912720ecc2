"""An authority's answers besides success: those that pass, and when, and those that a person must cure."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from issuing.errors import IssuerRefused, IssuerUnreachable, IssuerUntrusted, RateLimited
from issuing.settings import AcmeSettings
from rotation.order import OrderStep
from tests.issuing.moody import Moody


@pytest.fixture(scope="module")
async def server(tmp_path_factory) -> AsyncIterator[Moody]:
    """The server, without a mood."""
    async with Moody.running(tmp_path_factory.mktemp("moody")) as running:
        yield running


@pytest.fixture
def moody(server):
    """The server, for one test."""
    server.shows.clear()
    server.asked.clear()
    return server


async def test_a_limit_comes_with_the_time_that_it_asks_for(moody, customer):
    """Retry-After in seconds, as a date, or not at all."""
    applicant = customer(moody.settings(), "sepm1.example.test")
    moody.problem("newOrder", 429, "rateLimited", **{"Retry-After": "90"})
    with pytest.raises(RateLimited, match="rateLimited of a test") as limited:
        await applicant.issued()
    assert (limited.value.passes, limited.value.retry_after) == (True, timedelta(seconds=90))
    later = datetime.now(UTC) + timedelta(hours=2)
    moody.problem("newAccount", 429, "rateLimited", **{"Retry-After": format_datetime(later, usegmt=True)})
    with pytest.raises(RateLimited) as limited:
        await applicant.issued()
    waits = limited.value.retry_after
    assert waits is not None
    assert timedelta(hours=1, minutes=59) < waits <= timedelta(hours=2)
    moody.shows["newAccount"] = (429, {}, "")
    with pytest.raises(RateLimited) as limited:
        await applicant.issued()
    assert limited.value.retry_after is None


@pytest.mark.parametrize("resource", ["directory", "newNonce", "newAccount", "newOrder"])
async def test_an_authority_that_is_out_of_order_is_tried_again(moody, customer, resource):
    """Whatever it answers with a status of its own failure, with a problem or without."""
    applicant = customer(moody.settings(), "sepm1.example.test")
    moody.shows[resource] = (503, {"Content-Type": "text/html"}, "<h1>Maintenance</h1>")
    with pytest.raises(IssuerUnreachable, match="503"):
        await applicant.issued()
    if resource != "newNonce":
        moody.problem(resource, 500, "serverInternal")
        with pytest.raises(IssuerUnreachable, match="serverInternal"):
            await applicant.issued()


async def test_nonces_that_are_never_good_are_given_up(moody, customer):
    """Some times with a new one, then the order waits."""
    moody.problem("newAccount", 400, "badNonce")
    with pytest.raises(IssuerUnreachable, match="nonce"):
        await customer(moody.settings(), "sepm1.example.test").issued()
    assert 2 < moody.asked.count("newAccount") < 50


@pytest.mark.parametrize(
    ("resource", "shown"),
    [
        ("directory", (200, {}, "not json")),
        ("directory", (200, {}, {"newNonce": "x"})),
        ("directory", (404, {}, "")),
        ("newAccount", (200, {}, {})),
        ("newOrder", (201, {}, {})),
        ("order", (200, {}, [1])),
        ("order", (200, {}, {"status": "odd"})),
    ],
)
async def test_what_is_no_acme_is_refused_with_a_remedy(moody, customer, resource, shown):
    """A person has named another address: no order is tried again for that."""
    moody.shows[resource] = shown
    with pytest.raises(IssuerRefused, match="no ACME") as refused:
        await customer(moody.settings(), "sepm1.example.test").issued()
    assert "ROTATOR_ACME_DIRECTORY" in refused.value.remedy


@pytest.mark.parametrize("resource", ["directory", "newAccount", "newOrder"])
@pytest.mark.parametrize("status", [301, 302, 307, 308])
async def test_a_redirect_to_another_host_is_refused(moody, customer, tmp_path, resource, status):
    """The other host is asked nothing, though its certificate is trusted; a redirect within the host is followed."""
    async with Moody.running(tmp_path) as other:
        (tmp_path / "both.pem").write_text(moody.ca.read_text() + other.ca.read_text())
        settings = AcmeSettings(directory=f"{moody.where}/directory", ca=tmp_path / "both.pem")
        applicant = customer(settings, "sepm1.example.test")
        moody.shows[resource] = (status, {"Location": f"{other.where}/{resource}"}, "")
        with pytest.raises(IssuerRefused, match="another host") as refused:
            await applicant.issued()
        assert other.asked == []
        assert "ROTATOR_ACME_DIRECTORY" in refused.value.remedy

    usual = {name: f"{moody.where}/{name}" for name in ("newNonce", "newAccount", "newOrder")}
    moody.shows = {"directory": (status, {"Location": "/moved"}, ""), "moved": (200, {}, usual)}
    assert await applicant.until(lambda found: found.url)


async def test_an_order_waits_as_long_as_the_authority_asks(moody, customer):
    """The Retry-After of an order that is being signed; a second without one."""
    applicant = customer(moody.settings(), "sepm1.example.test")
    order = await applicant.until(lambda found: found.url)
    moody.shows["order"] = (200, {"Retry-After": "40"}, {"status": "processing"})
    waiting = await applicant.step(order)
    assert (waiting.step, waiting.wait) == (OrderStep.SIGNING, timedelta(seconds=40))
    moody.shows["order"] = (200, {}, {"status": "processing"})
    assert (await applicant.step(waiting)).wait == timedelta(seconds=1)
    moody.shows["order"] = (200, {}, {"status": "invalid", "error": {"type": "urn:x:no", "detail": "not today"}})
    with pytest.raises(IssuerRefused, match="urn:x:no: not today"):
        await applicant.step(waiting)


async def test_only_what_is_trusted_is_spoken_to(moody, customer, tmp_path):
    """Another authority's certificate, another host's name, no server there: nothing is asked."""
    other = tmp_path / "other.pem"
    async with Moody.running(tmp_path) as stranger:
        other.write_text(stranger.ca.read_text())
        for settings in (
            AcmeSettings(directory=moody.settings().directory, ca=other),
            AcmeSettings(directory=moody.settings().directory),
            AcmeSettings(directory=moody.settings().directory.replace("127.0.0.1", "localhost"), ca=moody.ca),
        ):
            with pytest.raises(IssuerUntrusted, match="certificate verify failed") as untrusted:
                await customer(settings, "sepm1.example.test").issued()
            assert "ROTATOR_ACME_CA" in untrusted.value.remedy
    assert moody.asked == []
    with pytest.raises(IssuerUnreachable, match="no connection came about"):
        await customer(stranger.settings(), "sepm1.example.test").issued()
