"""Surveys and dry runs."""

import json
from datetime import datetime, timedelta

from pydantic import TypeAdapter

SPAN = TypeAdapter(timedelta)


async def test_a_survey_shows_the_site(whole, site, problem):
    """Groups, settings, served certificates and counts are shown; never a list of clients."""
    problem(await whole.get(f"/v1/sites/{site}/survey"), 404, "never-surveyed")
    answer = await whole.post(f"/v1/sites/{site}/survey")
    assert answer.status_code == 200, answer.text
    shown = answer.json()
    assert shown["clients"] == 20
    assert sum(group["clients"] for group in shown["groups"]) == 20
    assert {"My Company", "My Company\\Sales", "My Company\\Labs"} <= {group["path"] for group in shown["groups"]}
    assert [server["server"] for server in shown["servers"]] == ["SEPM-1"]
    assert (await whole.get(f"/v1/sites/{site}/survey")).json() == shown


async def test_a_plan_says_all_before_anything_is_touched(whole, plan, emulator):
    """Which certificate goes where, steps with numbers and times, reasons, least time, and who would be lost now."""
    assert [each["server"] for each in plan["certificates"]] == ["SEPM-1"]
    assert plan["certificates"][0]["replaces"] == emulator["servers"][0]["fingerprint_sha256"]
    assert {"A8", "A9", "A10c"} <= {step["number"] for step in plan["steps"]}
    assert all(step["earliest"] and step["expected"] for step in plan["steps"])
    assert plan["clients"] == plan["lost_if_now"] == 20
    assert SPAN.validate_python(plan["least"]).total_seconds() == plan["least_seconds"] > 0
    assert {scope["treatment"] for scope in plan["scopes"]} == {"relax"}
    assert (await whole.get(f"/v1/plans/{plan['id']}")).json() == plan
    listed = (await whole.get("/v1/plans", params={"site_id": plan["site_id"]})).json()["items"]
    assert [(each["id"], each["hash"]) for each in listed] == [(plan["id"], plan["hash"])]


async def test_a_plan_says_by_when_it_must_begin(plan, rotator):
    """The latest safe start, with the certificate that decides it, in the document and in what the command prints."""
    latest = plan["latest_start"]
    takes, margin = SPAN.validate_python(latest["takes"]), SPAN.validate_python(latest["margin"])
    assert latest["server"] == "SEPM-1"
    assert (takes.days, margin.days) == (90, 14)  # gate A8 may wait for who is away; limits.gate_patience
    at, ends = datetime.fromisoformat(latest["at"]), datetime.fromisoformat(latest["ends"])
    assert at == ends - takes - margin

    code, out, err = await rotator(
        "plan", plan["site_id"], "-c", plan["certificates"][0]["certificate_id"], "--trust-network", "10.0.0.0/16"
    )

    assert code == 0, err
    assert f"Start it by {at.astimezone():%Y-%m-%d}" in out
    assert "the old certificate of SEPM-1 ends on" in out


async def test_a_plan_names_servers_and_certificates_that_exist(whole, site, problem):
    """Unknown sites, servers and certificates are named before the site is surveyed."""
    order = {"site_id": site, "certificates": {"*": "cert-none"}, "trusted_networks": ["10.0.0.0/16"]}
    body = problem(await whole.post("/v1/plans", json=order), 422, "unknown-certificate")
    assert body["findings"][0]["subject"] == "cert-none"
    order["certificates"] = {"SEPM-9": "cert-none"}
    body = problem(await whole.post("/v1/plans", json=order), 422, "unknown-server")
    assert "SEPM-1" in body["remedy"]
    problem(await whole.post("/v1/plans", json=order | {"site_id": "nowhere"}), 404, "unknown-site")
    problem(await whole.post("/v1/plans", json=order | {"certificates": {}}), 422, "invalid-request")
    problem(await whole.get("/v1/plans/none"), 404, "unknown-plan")
    problem(await whole.get(f"/v1/sites/{site}/survey"), 404, "never-surveyed")


async def test_no_plan_whose_holdout_outlives_the_old_certificate(whole, three_servers, problem):
    """A holdout longer than the life of the certificate that it keeps is refused, and what to shorten is named."""
    limits = three_servers["limits"] | {"holdout_maximum": "P3660D"}
    site = (await whole.post("/v1/sites", json=three_servers | {"limits": limits})).json()["id"]
    made = await whole.post("/v1/certificates/self-signed", json={"names": ["127.0.0.1"], "days": 3650})
    certificates = {"*": made.json()["certificate"]["id"]}
    order = {
        "site_id": site,
        "certificates": certificates,
        "unproven_failover": "approve",
        "trusted_networks": ["10.0.0.0/16"],
    }

    body = problem(await whole.post("/v1/plans", json=order), 422, "plan-refused")

    outlived = [finding for finding in body["findings"] if finding["code"] == "holdout-outlives-certificate"]
    assert "holdout_maximum" in outlived[0]["remedy"]
    assert (await whole.get("/v1/plans", params={"site_id": site})).json() == {"items": [], "next": None}


async def test_rule_8_who_is_taken_to_fail_over_is_shown_by_name(whole, three_servers, problem):
    """The names are in the dry run; each group has its own choice, a drill too; one that is not there is refused."""
    site = (await whole.post("/v1/sites", json=three_servers)).json()["id"]
    made = await whole.post("/v1/certificates/self-signed", json={"names": ["127.0.0.1"]})
    order = {
        "site_id": site,
        "certificates": {"*": made.json()["certificate"]["id"]},
        "survey_max_age": "PT30M",
        "trusted_networks": ["10.0.0.0/16"],
    }
    branch = "My Company\\Branch"

    chosen = await whole.post("/v1/plans", json=order | {"unproven_by_group": {branch: "approve"}})
    drilled = await whole.post("/v1/plans", json=order | {"unproven_by_group": {branch: "drill"}})
    body = problem(
        await whole.post("/v1/plans", json=order | {"unproven_by_group": {"My Company\\X": "approve"}}),
        422,
        "plan-refused",
    )

    assert [finding["code"] for finding in body["findings"]] == ["unknown-group"]
    plan = chosen.json()
    assert {scope["path"]: scope["treatment"] for scope in plan["scopes"]}[branch] == "failover"
    (trusted,) = plan["on_trust"]
    assert trusted["path"] == branch
    assert "BRANCH-0001" in trusted["names"]
    assert (await whole.get(f"/v1/plans/{plan['id']}")).json() == plan
    assert [scope["path"] for scope in drilled.json()["scopes"] if scope["drilled"]] == [branch]
    assert "reorder_list" in [step["task"] for step in drilled.json()["steps"]]
    assert drilled.json()["on_trust"] == []


async def test_a_plan_with_the_drill_of_https_shows_its_steps(whole, site):
    """Shut, waited for, opened again; what it costs stands among the reasons (rule 18)."""
    made = await whole.post("/v1/certificates/self-signed", json={"names": ["127.0.0.1"]})
    order = {
        "site_id": site,
        "certificates": {"*": made.json()["certificate"]["id"]},
        "trusted_networks": ["10.0.0.0/16"],
        "drill_https": True,
    }
    plan = (await whole.post("/v1/plans", json=order)).json()
    assert [step["task"] for step in plan["steps"] if step["number"] == "drill"] == ["shut_https", None, "open_https"]
    assert "drill-https" in [reason["code"] for reason in plan["reasons"]]


async def test_no_plan_where_a_list_is_not_described(whole, site, problem):
    """A server list in use that is not described blocks the plan, and the finding says how to describe it."""
    made = await whole.post("/v1/certificates/self-signed", json={"names": ["127.0.0.1"]})
    await whole.put(f"/v1/sites/{site}/lists", json={"lists": [], "why": "none is known"})
    order = {
        "site_id": site,
        "certificates": {"*": made.json()["certificate"]["id"]},
        "trusted_networks": ["10.0.0.0/16"],
    }
    body = problem(await whole.post("/v1/plans", json=order), 422, "plan-refused")
    assert {finding["code"] for finding in body["findings"]} == {"list-not-described"}
    assert (await whole.get("/v1/plans", params={"site_id": site})).json() == {"items": [], "next": None}


async def test_a_recent_survey_may_be_used(whole, site, plan):
    """Who allows an older survey gets a plan without another one."""
    order = {
        "site_id": site,
        "certificates": {"*": plan["certificates"][0]["certificate_id"]},
        "trusted_networks": ["10.0.0.0/16"],
    }
    answer = await whole.post("/v1/plans", json=order | {"survey_max_age": "PT30M"})
    assert answer.json()["survey_id"] == plan["survey_id"]
    assert answer.json()["hash"] == plan["hash"]
    answer = await whole.post("/v1/plans", json=order)
    assert answer.json()["survey_id"] != plan["survey_id"]


async def test_no_survey_while_temporal_is_away(api, document, problem):
    """The refusal is temporary and says when to come back."""
    await api.post("/v1/sites", json=document)
    answer = await api.post("/v1/sites/one-server/survey")
    problem(answer, 503, "temporal-down")
    assert int(answer.headers["retry-after"]) > 0


async def test_a_plan_is_given_with_all_that_is_known_of_its_site(whole, plan, problem):
    """Survey, registration and clients, as many as asked for, and no secret: what a simulation of it is made from."""
    url = f"/v1/plans/{plan['id']}/surveyed"
    all_of_it, some = (await whole.get(url)).json(), (await whole.get(url, params={"clients": 8})).json()
    assert (len(all_of_it["clients"]), all_of_it["clients_of_site"]) == (20, 20)
    assert 0 < len(some["clients"]) <= 10
    assert {client["id"] for client in some["clients"]} < {client["id"] for client in all_of_it["clients"]}
    assert all_of_it["plan"]["hash"] == plan["hash"]
    assert all_of_it["site"]["id"] == all_of_it["plan"]["body"]["site_id"]
    assert "password" not in json.dumps(all_of_it)
    problem(await whole.get("/v1/plans/none/surveyed"), 404, "unknown-plan")
