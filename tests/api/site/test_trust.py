"""Trusted fingerprints: shown, pinned and dropped by a person, with every connection in the trail."""

import json
from urllib.parse import urlsplit

from tests.api.identified import NAME

OTHER = "ab" * 32


async def test_first_contact_begins_the_trail(api, document):
    """A registered site has its pin and the connection that checked it: address, server, fingerprint, time."""
    site = (await api.post("/v1/sites", json=document)).json()["id"]
    served = document["trust"]["fingerprint_sha256"]
    address = urlsplit(document["rest_url"]).netloc
    trust = (await api.get(f"/v1/sites/{site}/trust")).json()
    assert (trust["pinned_sha256"], trust["announced_sha256"], trust["by_ca"]) == ([served], [], False)
    assert trust["servers"] == ["SEPM-1"]
    page = (await api.get(f"/v1/sites/{site}/trust/contacts")).json()
    trail = [(each["kind"], each["address"], each["fingerprint"]) for each in page["items"]]
    assert trail[0] == ("pinned", address, served)
    assert set(trail[1:]) == {("connected", address, served)}
    assert {each["server"] for each in page["items"][1:]} == {"SEPM-1"}
    assert [each["number"] for each in page["items"]] == list(range(1, len(trail) + 1))
    later = await api.get(f"/v1/sites/{site}/trust/contacts", params={"number_after": len(trail)})
    assert later.json() == {"items": [], "next": None}


async def test_a_pin_is_a_word_in_the_trail(api, document, people, problem):
    """A pin is given in full, by two persons, with who and why; a short one is refused; the last pin is not dropped."""
    path = f"/v1/sites/{(await api.post('/v1/sites', json=document)).json()['id']}/trust"
    served = document["trust"]["fingerprint_sha256"]
    word = {"fingerprint_sha256": ":".join(["AB"] * 32), "why": "the proxy has its own"}
    problem(await api.post(f"{path}/pin", json=word | {"fingerprint_sha256": "abab"}), 422, "invalid-request")
    problem(await api.post(f"{path}/pin", json=word | {"why": ""}), 422, "invalid-request")
    problem(await api.post("/v1/sites/nowhere/trust/pin", json=word), 404, "unknown-site")
    for _ in range(2):  # the same person is no second one
        refusal = problem(await api.post(f"{path}/pin", json=word), 409, "second-person")
        assert "another identity" in refusal["remedy"]
    assert (await api.get(path)).json()["pinned_sha256"] == [served]
    trust = (await api.post(f"{path}/pin", json=word | {"why": "I compared it"}, headers=people["bob"])).json()
    assert trust["pinned_sha256"] == sorted([OTHER, served])
    last = (await api.get(f"{path}/contacts")).json()["items"][-1]
    assert (last["kind"], last["fingerprint"], last["who"], last["why"]) == (
        "pinned",
        OTHER,
        f"{NAME} and bob",
        "I compared it",
    )

    problem(await api.post(f"{path}/drop", json=word | {"fingerprint_sha256": "cd" * 32}), 409, "not-pinned")
    dropped = (await api.post(f"{path}/drop", json=word)).json()
    assert dropped["pinned_sha256"] == [served]
    problem(await api.post(f"{path}/drop", json=word | {"fingerprint_sha256": served}), 409, "last-pin")


async def test_first_contact_asks_for_the_fingerprint(rotator, document, people, tmp_path):
    """The command shows it, as ssh does, and the administrator types it in; another one registers nothing."""
    served = document.pop("trust")["fingerprint_sha256"]
    file = tmp_path / "site.json"
    file.write_text(json.dumps(document | {"name": tmp_path.name}))
    code, _, err = await rotator("site", "add", str(file), "--json", typed=OTHER)
    assert code == 1
    assert "untrusted certificate" in err
    code, out, err = await rotator("site", "add", str(file), "--json", typed=served)
    assert code == 0, err
    assert f"presents SHA-256 {served}" in err
    site = json.loads(out)["id"]
    pin = ("trust", "pin", site, OTHER, "--why", "a balancer")
    code, _, err = await rotator(*pin)
    assert code == 1
    assert "takes two persons" in err
    code, out, _ = await rotator(*pin, ROTATOR_API_KEY=people["bob"]["Authorization"].split()[1])
    assert code == 0
    assert served in out
    assert OTHER in out
    code, out, _ = await rotator("trust", "contacts", site)
    assert code == 0
    assert "ann and bob: a balancer" in out
    assert (await rotator("trust", "drop", site, OTHER, "--why", "gone"))[0] == 0
