"""Sites without REST: registered from a document, clients from exports, rotated by tasks that are attested."""

import asyncio
import base64
import json
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from sepm.offline.client_export import ExportForm, parse_client_export
from sepm.offline.export_dates import DateOrder

PLAIN = ("name", "address", "https_port", "http_port")
NAMES = ("PC-1", "PC-2", "PC-3")
WHY = {"why": "as the console shows it"}
RECOVERY_FILE = {"name": "recovery.zip", "sha256": "cd" * 32, "certificate_sha256": "ab" * 32}


@pytest.fixture
def described(document, tmp_path):
    """The emulated site as the people at its console describe it: of 12.x, over HTTP, with short heartbeats."""
    location = {"server_list": "HTTP", "secure_communications": True, "heartbeat": "PT0.2S"}
    (known,) = document["lists"]
    return {
        "access": "console",
        "name": tmp_path.name,
        "version": "12.1.7004.6500",
        "groups": [{"path": "My Company", "locations": [location]}, {"path": "My Company\\Sales", "inherits": True}],
        "servers": document["servers"],
        "lists": [known | {"name": "HTTP", "protocol": "HTTP"}],
        "limits": {"relax_floor": "PT0S", "publish_delay": "PT0S", "purge_after": None},
    }


def exported(seen, names=NAMES, extra=""):
    """An export in which every client was seen at one moment."""
    rows = (f"{name},My Company\\Sales,{seen.isoformat(sep=' ')[:-6]} UTC,12.1.7004.6500" for name in names)
    return "\n".join(("Computer Name,Group,Last Check-in,Version", *rows, extra)).encode()


async def upload(api, site, content, **hints):
    """The answer to an upload; `hints` may name another time than now."""
    asked = {"taken_at": datetime.now(UTC).isoformat()} | hints
    return await api.put(f"/v1/sites/{site}/clients", params=asked, content=content)


async def test_a_site_without_rest_is_registered_from_a_document(api, described, problem):
    """No server is asked; the site shows the document, and has neither an address nor an account."""
    answer = await api.post("/v1/sites", json=described)
    assert answer.status_code == 201, answer.text
    shown = (await api.get(f"/v1/sites/{answer.json()['id']}")).json()
    assert shown == answer.json()
    assert (shown["access"], shown["clients_as_of"], "rest_url" in shown) == ("console", None, False)
    assert [group["path"] for group in shown["groups"]] == ["My Company", "My Company\\Sales"]
    mixed = described | {"name": "mixed", "rest_url": "https://sepm:8446"}
    problem(await api.post("/v1/sites", json=mixed), 422, "invalid-request")
    orphan = described | {"name": "orphan", "groups": [{"path": "My Company\\Sales", "inherits": True}]}
    assert "is not described" in problem(await api.post("/v1/sites", json=orphan), 422, "invalid-request")["detail"]


async def test_what_an_export_does_not_tell_is_declared_and_never_guessed(api, described, problem):
    """Each refusal says what is missing, and keeps nothing; the site shows what was taken."""
    site = (await api.post("/v1/sites", json=described)).json()["id"]
    now = datetime.now(UTC)
    unclear = b"PC;Group;Last Seen\nA;My Company;03/04/2025 10:00:00\n"
    refusals: tuple[tuple[bytes, dict[str, str], str], ...] = (
        (b"", {}, "names no column"),
        (unclear, {}, "no column is known for name"),
        (unclear, {"column": "name=PC"}, "in an order that is not declared"),
        (unclear, {"column": "name=PC", "dates": "mdy"}, "the time zone of"),
        (unclear, {"column": "name=PC", "dates": "mdy", "timezone": "Mars/Base"}, "is not known here"),
        (exported(now, (*NAMES, "PC-1")), {}, "more than once: PC-1"),
    )
    for content, hints, text in refusals:
        assert text in problem(await upload(api, site, content, **hints), 422, "export-unreadable")["detail"]
    problem(await upload(api, site, unclear, column="nonsense"), 422, "column-unclear")
    problem(await upload(api, site, exported(now), who=""), 422, "invalid-request")
    late = exported(now + timedelta(hours=2))
    assert "PC-1 was last seen" in problem(await upload(api, site, late), 422, "export-implausible")["detail"]
    assert (await api.get(f"/v1/sites/{site}")).json()["clients_as_of"] is None
    declared = {"column": "name=PC", "dates": "mdy", "timezone": "Europe/Prague"}
    labs = unclear.replace(b"My Company", b"My Company\\Labs")
    refused = problem(await upload(api, site, labs, **declared), 422, "export-of-other-groups")
    assert "My Company\\Labs" in refused["detail"]
    both = labs + b"B;My Company;03/04/2025 10:00:00\n"
    taken = (await upload(api, site, both, **declared)).json()
    assert (taken["clients"], taken["unknown_groups"], taken["read"]) == (2, ["My Company\\Labs"], False)
    again = await upload(api, site, exported(now), taken_at=taken["taken_at"], gone="2")
    problem(again, 409, "export-not-newer")
    same = await upload(api, site, both, **declared)
    problem(same, 409, "export-again")
    assert (await api.get(f"/v1/sites/{site}")).json()["clients"] == 2


@pytest.mark.parametrize("at", ["9999-12-31T23:59:59-12:00", "0001-01-01T00:00:00+12:00"])
async def test_a_moment_that_utc_does_not_have_is_refused(api, described, problem, at):
    """In UTC it is of the year 10000, or of the year 0, wherever a request has it."""
    site = (await api.post("/v1/sites", json=described)).json()["id"]
    late = problem(await upload(api, site, exported(datetime.now(UTC)), taken_at=at), 422, "invalid-request")
    assert "correct its year" in late["detail"]
    newer = {"version": "12.1.9", "groups": described["groups"], "recorded_at": at}
    problem(await api.put(f"/v1/sites/{site}/console", json=newer | WHY), 422, "invalid-request")
    problem(await api.get("/v1/inventory", params={"since": at}), 422, "invalid-request")


async def test_an_export_that_lacks_clients_is_taken_in_where_a_person_states_that_they_are_gone(
    api, described, problem
):
    """A filtered export shows a part: its upload is refused, and what the one before shows stays."""
    site = (await api.post("/v1/sites", json=described)).json()["id"]
    now = datetime.now(UTC)
    assert (await upload(api, site, exported(now, NAMES), taken_at=now.isoformat())).status_code == 200
    part = exported(now + timedelta(minutes=1), NAMES[1:])
    refused = problem(await upload(api, site, part), 409, "export-lacks-clients")
    assert NAMES[0] in refused["detail"]
    assert (await api.get(f"/v1/sites/{site}")).json()["clients"] == len(NAMES)
    assert (await upload(api, site, part, gone="1")).json()["clients"] == len(NAMES) - 1


async def test_the_document_is_replaced(api, described, problem):
    """The site is as its console shows it now; an incomplete description changes nothing."""
    site = (await api.post("/v1/sites", json=described)).json()["id"]
    newer = {"version": "12.1.9", "groups": described["groups"][:1], "replication_partners": ["Site 2"]}
    shown = (await api.put(f"/v1/sites/{site}/console", json=newer | WHY)).json()
    assert (shown["version"], len(shown["groups"]), shown["replication_partners"]) == ("12.1.9", 1, ["Site 2"])
    broken = newer | {"groups": described["groups"][1:]}
    problem(await api.put(f"/v1/sites/{site}/console", json=broken | WHY), 422, "invalid-request")
    assert (await api.get(f"/v1/sites/{site}")).json() == shown
    problem(await api.put("/v1/sites/nowhere/console", json=newer | WHY), 404, "unknown-site")
    tomorrow = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    ahead = newer | {"recorded_at": tomorrow}
    problem(await api.put(f"/v1/sites/{site}/console", json=ahead | WHY), 422, "recorded-ahead")


async def test_no_certificate_is_trusted_without_rest(api, described, problem):
    """It has no REST address: each request about trust is refused; the inventory has its ports all the same."""
    site = (await api.post("/v1/sites", json=described)).json()["id"]
    path, word = f"/v1/sites/{site}/trust", {"fingerprint_sha256": "ab" * 32, "why": "the proxy's"}
    for refused in (
        await api.get(path),
        await api.get(f"{path}/contacts"),
        await api.post(f"{path}/pin", json=word),
        await api.post(f"{path}/drop", json=word),
    ):
        assert "GET /v1/inventory" in problem(refused, 409, "site-without-rest")["remedy"]
    assert (await api.get("/v1/inventory", params={"site_id": site})).status_code == 200
    body = problem(await api.post(f"/v1/sites/{site}/recovery-plans", json={}), 422, "plan-refused")
    assert [finding["code"] for finding in body["findings"]] == ["recovery-site-unknown"]
    problem(await api.post(f"/v1/sites/{site}/restore", json={"why": "x"}), 409, "nothing-to-restore")


async def test_the_command_line_registers_and_uploads(rotator, described, tmp_path):
    """No password is asked for; the file bears the time at which it was exported; what is refused says what to do."""
    (tmp_path / "site.json").write_text(json.dumps(described))
    code, out, err = await rotator("site", "add", str(tmp_path / "site.json"))
    assert code == 0, err
    site = out.split()[-1]
    file = tmp_path / "clients.csv"
    file.write_text("PC;Group;Last Seen\nA;My Company;03.04.2025 10:00:00\n")
    upload = ("site", "clients", site, str(file), "--timezone", "Europe/Prague", "--column", "name=PC")
    code, _, err = await rotator(*upload)
    assert (code, "is not declared" in err, "dates=dmy" in err) == (1, True, True)
    code, out, err = await rotator(*upload, "--dates", "dmy")
    assert (code, out.startswith("1 client as of")) == (0, True), err
    code, out, _ = await rotator("site", "show", site)
    assert "at its console only (SEPM 12.1.7004.6500); 1 client exported" in out


async def test_what_is_stated_is_bounded(api, problem):
    """It is kept in the state of the rotation, which Temporal carries."""
    for evidence in ({"missing": "x" * 50_001}, {str(number): "" for number in range(21)}):
        statement = {"why": "seen", "evidence": evidence}
        problem(await api.post("/v1/rotations/none/state-gate", json=statement), 422, "invalid-request")


async def test_exports_are_for_sites_without_rest(whole, site, problem):
    """A site that is read over REST needs none."""
    problem(await upload(whole, site, exported(datetime.now(UTC))), 409, "site-over-rest")


async def test_a_site_without_rest_is_rotated_to_the_end(whole, described, spare, *, people, problem, until):
    """Registered, exported, planned, started and finished: by attested tasks, exports, and one statement of two."""
    described = described | {"servers": [{name: each[name] for name in PLAIN} for each in spare["servers"]]}
    site = (await whole.post("/v1/sites", json=described)).json()["id"]
    made = await whole.post("/v1/certificates/self-signed", json={"names": ["127.0.0.1"]})
    order = {"site_id": site, "certificates": {"*": made.json()["certificate"]["id"]}}
    assert "export" in problem(await whole.post("/v1/plans", json=order), 422, "sepm-refused")["detail"]
    await upload(whole, site, exported(datetime.now(UTC)))
    plan = (await whole.post("/v1/plans", json=order)).json()
    weak = {finding["code"] for finding in plan["reasons"] if finding["code"].startswith("console-proof")}
    assert weak >= {"console-proof-settings", "console-proof-gates", "console-proof-serial", "console-proof-claim"}
    assert [step["number"] for step in plan["steps"]][1:5] == ["recovery", "hand-outs", "A6-A7", "A8"]
    start = {"plan_id": plan["id"], "plan_hash": plan["hash"], "why": "it ends in May"}
    rotation = (await whole.post("/v1/rotations", json=start)).json()["id"]
    console = Console(whole, people, site, rotation, spare["control"])

    async def look():
        shown = (await whole.get(f"/v1/rotations/{rotation}?live=true")).json()
        await console.act(shown)
        return shown

    ended = await until(look, lambda shown: shown["finished_at"] is not None)
    assert ended["status"] == "completed"
    assert console.refused >= {
        *("nothing-attested", "hand-outs-not-told", "work-not-stated", "statement-other-count", "approve-refused"),
    }
    assert console.stated == 2
    events = (await whole.get(f"/v1/rotations/{rotation}/events", params={"limit": 500})).text
    assert "3 clients are covered by ann and bob" in events
    assert "the statement names PC-9, and the site has no such clients" in events
    held = {"held": {"SEPM-1": "ab" * 32}, "files": {"SEPM-1": RECOVERY_FILE}}
    recovery = (await whole.post(f"/v1/sites/{site}/recovery-plans", json=held)).json()
    assert {"recovery-on-word", "console-proof-return"} <= {finding["code"] for finding in recovery["reasons"]}
    async with console.control() as control:
        assert (await control.get("/groups")).json()[0]["path"] == "My Company"
        content = (await control.get("/export", params={"encoding": "utf-16", "delimiter": ";"})).content
    assert len(parse_client_export(content, ExportForm(timezone="UTC", dates=DateOrder.MONTH_FIRST)).clients) == 20


class Console:
    """The operator at the console of the site, and the persons who state and approve."""

    def __init__(self, api, people, site, rotation, control):
        self._people, self._olga = people, people["olga"]
        self._api, self._site, self._rotation, self._control = api, site, rotation, control
        self.refused, self.stated = set(), 0

    async def act(self, shown):
        """Do what waits: a task, a statement, or one more export."""
        tasks = (await self._api.get("/v1/tasks", params={"site_id": self._site, "state": "open"})).json()["items"]
        for task in tasks:
            await self._do(task)
        wanted = {each["code"] for each in (shown["live"] or shown)["attention"]}
        if "second-person" in wanted:
            await self._say("approve", "ann")
            await self._say("approve", "bob")
        elif "proof-wanted" in wanted and self.stated < 2:
            await self._say("state-gate", "ann", evidence={"clients": "4", "covered": "4"})
            unknown = {"clients": "3", "covered": "2", "missing": "PC-9"}
            right = {"clients": "3", "covered": "3"}
            self.stated += await self._say("state-gate", "ann", evidence=right if self.stated else unknown)
        elif self.stated == 2 and not tasks:
            await upload(self._api, self._site, exported(datetime.now(UTC)))
        await asyncio.sleep(0.3)  # each look has the rotation queried

    async def _do(self, task):
        path = f"/v1/tasks/{task['id']}"
        if (await self._api.post(f"{path}/claim", json={}, headers=self._olga)).status_code != 200:
            return
        if task["kind"] == "replace_certificate":
            file = (await self._api.post(f"{path}/file", json={}, headers=self._olga)).json()
            await self._put_in(task["subject"]["server"], file)
        if task["kind"] == "set_secure_communications":
            assert task["evidence"] == "attested"
            await self._refused(await self._api.post(f"{path}/done", json={}, headers=self._olga))
        evidence: dict[str, object] = {"filename": "Sylink.xml", "sha256": "0" * 64}
        if task["kind"] == "stop_hand_outs":
            await self._refused(await self._api.post(f"{path}/done", json={"evidence": evidence}, headers=self._olga))
            evidence = {"stopped": ["gpo: SEP at start-up"]}
        if task["kind"] == "start_hand_outs":
            await self._refused(await self._api.post(f"{path}/done", json={"evidence": evidence}, headers=self._olga))
            evidence = {"started": "SEP at start-up runs again, with the file of now"}
        if task["kind"] == "compare_signed_files":
            evidence = await self._dates(task["subject"]["server"])
        await self._api.post(f"{path}/done", json={"evidence": evidence}, headers=self._olga)

    async def _dates(self, server):
        """When a server's keystore was changed, and its oldest .SIG file."""
        async with self.control() as control:
            (found,) = (each for each in (await control.get("/servers")).json() if each["name"] == server)
        return {"certificate": found["certificate_changed"], "oldest_sig": found["oldest_signature"]}

    def control(self):
        """The emulator's control API."""
        headers = {"Authorization": f"Bearer {self._control['token']}"}
        return httpx.AsyncClient(base_url=self._control["url"], headers=headers)

    async def _put_in(self, server, file):
        sent = {"server": server, "content_base64": file["content_base64"], "password": file["password"]}
        async with self.control() as control:
            answer = await control.post("/console/replace_certificate", json=sent)
            assert answer.status_code == 200, answer.text
        assert base64.b64decode(file["content_base64"])

    async def _say(self, move, who, **more):
        path, body = f"/v1/rotations/{self._rotation}", {"why": "looked at the page of each group", **more}
        asked = ((await self._api.get(f"{path}?live=true")).json()["live"] or {}).get("attention", ())
        body["question"] = next((each["question"] for each in asked if move.replace("-", "_") in each["options"]), "")
        path = f"{path}/{move}"
        answer = await self._api.post(path, json=body, headers=self._people.get(who, {}))
        await self._refused(answer)
        return answer.status_code == 200

    async def _refused(self, answer):
        if answer.status_code == 409:
            body = answer.json()
            self.refused |= {finding["code"] for finding in body["findings"]}
