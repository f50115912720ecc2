"""The form of a new plan: choices as the API takes them, refusals beside their fields, and who may make one."""

import re
from html import unescape

import pytest

from api.pages.site.plan_choices import KEPT, request_of
from rotation.identity.permission import Role
from rotation.plan.request import Unproven
from tests.api.pages.conftest import CZECH, reading
from tests.api.pages.site.test_registration import wrong_fields

CHOICES = {
    "certificate-s1": "c1",
    "certificate-*": "c2",
    "holdout-s2": "1",
    "unproven_failover": "drill",
    "trusted_networks": "10.1.0.0/16, unknown\n10.2.0.0/16",
    "leave_out_away": "1",
    "keep_relaxed": "1",
    "recent": "1",
}


def test_the_request_is_the_apis(make):
    """Each choice of the form stands in it; what is not ticked has its default."""
    request = request_of(CHOICES, make.site())
    assert request.certificates == {"s1": "c1", "*": "c2"}
    assert request.holdout == ("s2",)
    assert request.unproven_failover is Unproven.DRILL
    assert request.trusted_networks == ("10.1.0.0/16", "unknown", "10.2.0.0/16")
    assert (request.leave_out_away, request.keep_relaxed) == (True, True)
    assert (request.leave_out_http, request.drill_https, request.drill_stop) == (False, False, False)
    assert request.survey_max_age.total_seconds() == 3600


@pytest.mark.parametrize(
    ("chosen", "replaced"),
    [
        ({"certificate-*": "c2", "certificate-sepm1": KEPT}, {"sepm2": "c2"}),
        ({"certificate-*": "c2"}, {"sepm1": "c2", "sepm2": "c2"}),
        ({"certificate-sepm2": "c1"}, {"sepm2": "c1"}),
        ({"certificate-sepm1": KEPT, "certificate-sepm2": "c1"}, {"sepm2": "c1"}),
    ],
)
def test_a_server_that_keeps_its_certificate_keeps_it(make, chosen, replaced):
    """What is chosen for all servers is for those alone that have no choice of their own, to keep theirs among them."""
    request = request_of({"unproven_failover": "relax", **chosen}, make.site())
    assert request.request(make.site()).certificates == replaced


async def test_each_certificate_is_offered_with_the_servers_that_it_names(rotating, reader, store, make):
    """Those that name a server of the site stand first, with its name, their names and end; the others apart."""
    for number, names in enumerate((("sepm9.test",), ("sepm1.test",), ("SEPM1", "sepm2.test"))):
        facts = make.facts(f"cert-{number}", f"{number}{'b' * 63}").model_copy(update={"names": names})
        await store.certificates.add(facts, "PEM", "", None, make.t0)
    page = re.sub("</?time[^>]*>", "", unescape((await reader.get(f"/sites/{rotating}/plans")).text))
    own, other = re.findall(r'<optgroup label="([^"]+)">(.*?)</optgroup>', page, re.DOTALL)[:2]
    assert own[0] == "They name a server of this site"
    shown = re.findall(r'<option value="(cert-.)" >([^<]+)', own[1])
    assert [value for value, _ in shown] == ["cert-2", "cert-1"], "the one for most servers first"
    assert shown[0][1].startswith("for sepm1, sepm2: SEPM1, sepm2.test; ends 2036-02-27; SHA-256 2bbbb")
    assert (other[0], "cert-0" in other[1]) == ("They name no server of this site", True)
    for_one = page.split('id="f-certificate-sepm1"')[1].split("</select>")[0]
    assert "as chosen for all servers" in for_one
    assert "keep the present one" in for_one


async def test_a_plan_is_refused_beside_its_fields_and_made_once(whole, connected, site):
    """Without a certificate, with a network that is none; what was chosen stays. The same form is the same plan."""
    made = await whole.post("/v1/certificates/self-signed", json={"names": ["127.0.0.1"]})
    certificate, address = made.json()["certificate"]["id"], f"/sites/{site}/plans"
    async with reading(connected) as reader:
        none = await reader.post(address, data={}, headers=CZECH)
        assert (none.status_code, wrong_fields(none.text)) == (422, {"certificate-*"})
        assert "Bylo to odmítnuto" in none.text
        chosen = {"certificate-*": certificate, "request_id": "once", "leave_out_away": "1"}
        odd = await reader.post(address, data=chosen | {"trusted_networks": "10.0.0.300/8"})
        assert (odd.status_code, wrong_fields(odd.text)) == (422, {"trusted_networks"})
        assert "10.0.0.300/8</textarea>" in odd.text
        assert 'name="leave_out_away" value="1" checked' in odd.text
        assert f'value="{certificate}" selected' in odd.text
        first = await reader.post(address, data=chosen)
        again = await reader.post(address, data=chosen)
        assert first.status_code == 303, first.text
        assert first.headers["location"] == again.headers["location"]


@pytest.mark.usefixtures("rotating")
async def test_who_may_not_plan_sees_who_can(reading_as):
    """A viewer gets no form; one who sees another site does not learn of this one."""
    async with reading_as("vera", Role.VIEWER) as viewer:
        assert (await viewer.get("/sites/site-1/plans")).status_code == 403
    async with reading_as("other", Role.ADMIN, sites=("elsewhere",)) as other:
        assert (await other.get("/sites/site-1/plans")).status_code == 404


@pytest.mark.usefixtures("rotating")
async def test_without_a_certificate_one_is_made_first(reader, store):
    """The page has no form of a plan until one is kept; the first name is its subject."""
    address = "/sites/site-1/plans"
    page = (await reader.get(address)).text
    assert "no certificate is kept yet" in page
    assert f'<form method="post" action="{address}"' not in page
    assert ", sepm1.test, sepm2.test</textarea>" in page, "first the names as SEPM has them"
    wrong = await reader.post("/sites/site-1/certificates", data={"names": " , "})
    assert (wrong.status_code, wrong_fields(wrong.text)) == (422, {"names"})
    sent = {"names": "sepm1.test, sepm2.test", "request_id": "once"}
    made = await reader.post("/sites/site-1/certificates", data=sent)
    (kept,) = await store.certificates.list()
    assert (made.status_code, made.headers["location"]) == (303, f"{address}?made={kept.id}")
    again = await reader.post("/sites/site-1/certificates", data=sent)
    assert again.headers["location"] == made.headers["location"]
    assert await store.certificates.list() == (kept,), "the same form makes no second one"
    assert kept.subject == "CN=sepm1.test"
    shown = (await reader.get(made.headers["location"])).text
    assert f'value="{kept.id}" selected' in shown.split('id="f-certificate-*"')[1]
    other = await reader.post("/sites/site-1/certificates", data=sent | {"request_id": "another"})
    assert other.headers["location"] != made.headers["location"]


@pytest.mark.usefixtures("rotating")
async def test_who_may_not_keep_certificates_has_none_made(reading_as):
    """A viewer is refused."""
    async with reading_as("vera", Role.VIEWER) as viewer:
        assert (await viewer.post("/sites/site-1/certificates", data={"names": "a"})).status_code == 403
