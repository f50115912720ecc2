"""The command line over REST: what it prints, and what its exit codes mean."""

import asyncio
import base64
import json
import stat
from pathlib import Path

import httpx
import pytest
from pydantic import SecretStr

from certificates.certificate_file import parse_certificate_file
from rotation.values import CertificateId
from tests.sepm.recovery.packing import pack, parts

MADE = Path(__file__).parents[1] / "certificates" / "corpus" / "made_by_openssl"


@pytest.fixture
async def site(rotator, document, tmp_path):
    """The emulated site, registered by the command line under a name of its own."""
    password = document.pop("password")
    file = tmp_path / "site.json"
    file.write_text(json.dumps(document | {"name": tmp_path.name}))
    code, out, err = await rotator("site", "add", str(file), "--json", ROTATOR_SEPM_PASSWORD=password)
    assert code == 0, err
    return json.loads(out)["id"]


@pytest.fixture
def save_recovery_file(emulator, tmp_path):
    """Copies the newest recovery file of an emulated server off it; gives where the copy lies."""

    async def save(server):
        control = emulator["control"]
        key = {"Authorization": f"Bearer {control['token']}"}
        async with httpx.AsyncClient(base_url=control["url"], headers=key) as console:
            saved = (await console.post("/console/save_recovery_file", json={"server": server})).json()
        file = tmp_path / saved["filename"]
        file.write_bytes(base64.b64decode(saved["content_base64"]))
        return file

    return save


async def test_from_a_site_to_a_rotation(rotator, site):
    """Register, survey, make a certificate, plan, start, look, hold, cancel, watch: each says what comes next."""
    code, out, _ = await rotator("site", "survey", site)
    assert code == 0
    assert "My Company\\Labs" in out
    code, out, _ = await rotator("certificate", "self-signed", "127.0.0.1", "--json")
    certificate = json.loads(out)["certificate"]["id"]
    code, out, err = await rotator("plan", site, "-c", certificate, "--trust-network", "10.0.0.0/16", "--json")
    assert code == 0, err
    plan = json.loads(out)
    code, out, err = await rotator("start", plan["id"], "--why", "it ends in May", "--json")
    assert code == 0, err
    rotation = json.loads(out)["id"]
    code, out, _ = await rotator("status")
    assert rotation in out
    async with asyncio.timeout(60):
        while "A9" not in out:  # it has begun as soon as a worker has reported its first step
            code, out, _ = await rotator("status", rotation)
            assert code == 0
    code, _, err = await rotator("resume", rotation)
    assert code == 1
    assert "the rotation is not held" in err
    assert (await rotator("cancel", rotation, "--why", "only a test"))[0] == 0
    code, out, _ = await rotator("watch", rotation, "--every", "0.2")
    assert code == 1, "only a completed rotation ends well"
    assert out.rstrip().endswith(f"rotation {rotation}: cancelled")


async def test_a_certificate_is_checked_without_the_service(rotator, tmp_path):
    """Nothing is sent and no service is needed; what must not go in is code 1, with reason and remedy."""
    openssl = ("openssl", "req", "-x509", "-nodes", "-subj", "/CN=sepm", "-days", "90", "-keyout", "/dev/null")
    for bits in ("1024", "2048"):
        made = (*openssl, "-newkey", f"rsa:{bits}", "-out", str(tmp_path / f"{bits}.pem"))
        process = await asyncio.create_subprocess_exec(*made, stderr=asyncio.subprocess.DEVNULL)
        assert await process.wait() == 0
    nowhere = {"ROTATOR_API": "http://127.0.0.1:9"}
    code, out, err = await rotator("certificate", "check", str(tmp_path / "2048.pem"), **nowhere)
    assert (code, err) == (0, "")
    assert "It may go into a server." in out
    code, out, _ = await rotator("certificate", "check", str(tmp_path / "1024.pem"), "--days", "120", **nowhere)
    assert code == 1
    for text in (
        "certificate-key-too-small",
        "certificate-ends-too-soon",
        "make a certificate with a key of 2048 bits",
    ):
        assert text in out
    (tmp_path / "none.pem").write_text("nothing")
    code, _, err = await rotator("certificate", "check", str(tmp_path / "none.pem"), **nowhere)
    assert code == 2
    assert "none.pem" in err


async def test_a_certificate_is_checked_against_its_server(rotator, site):
    """With --site and --server the names count too."""
    _, made, _ = await rotator("certificate", "check", str(MADE / "rsa-2048-sha512.pem"), "--json")
    assert json.loads(made)["fit"]
    place = ("--site", site, "--server", "SEPM-1")
    code, out, err = await rotator("certificate", "check", str(MADE / "rsa-2048-sha512.pem"), *place, "--json")
    assert code == 0, err
    found = {each["code"]: each["severity"] for each in json.loads(out)["findings"]}
    assert found == {"certificate-name-missing": "warning", "certificate-name-form": "warning"}
    code, _, err = await rotator("certificate", "check", str(MADE / "rsa-1024.pem"), "--site", site)
    assert code == 2
    assert "--server" in err


async def test_a_recovery_file_is_held_against_its_server(rotator, site, save_recovery_file):
    """It holds what the server presented at the newest survey, or another; an unknown server is code 2."""
    file = await save_recovery_file("SEPM-1")
    inspect = ("recovery", "inspect", str(file), "--site", site, "--server")
    code, _, err = await rotator(*inspect, "SEPM-1")
    assert code == 1
    assert "no complete survey" in err
    await rotator("site", "survey", site)
    code, out, err = await rotator(*inspect, "SEPM-1", "--json")
    assert code == 0, err
    assert [each["code"] for each in json.loads(out)["findings"]] == ["recovery-is-served"]
    file.write_bytes(pack(parts(7)))
    code, out, _ = await rotator(*inspect, "SEPM-1")
    assert code == 1
    assert "recovery-not-served" in out
    code, _, err = await rotator(*inspect, "SEPM-9")
    assert code == 2
    assert "SEPM-1" in err


async def test_a_recovery_file_is_looked_into_before_its_task_is_done(rotator, site, save_recovery_file):
    """A cut one, and that of another server, close no task; the right one does, with its certificate as evidence."""
    _, out, _ = await rotator("certificate", "self-signed", "127.0.0.1", "--json")
    _, out, _ = await rotator(
        "plan", site, "-c", json.loads(out)["certificate"]["id"], "--trust-network", "10.0.0.0/16", "--json"
    )
    plan = json.loads(out)["id"]
    code, _, err = await rotator("start", plan, "--why", "it ends in May", "--json")
    assert code == 0, err
    async with asyncio.timeout(60):
        while not (tasks := json.loads((await rotator("tasks", "list", "--site", site, "--json"))[1])["items"]):
            pass
    (task,) = tasks
    file = await save_recovery_file("SEPM-1")
    whole = file.read_bytes()
    done = ("tasks", "done", task["id"], "--file", str(file), "--json")
    assert (await rotator("tasks", "claim", task["id"]))[0] == 0
    code, _, err = await rotator("tasks", "begin", task["id"])
    assert (code, "the service checks nothing before this work" in err) == (1, True), err
    for content, wanted, why in ((whole[:-1], 2, "cut or damaged"), (pack(parts(7)), 1, "is replaced next")):
        file.write_bytes(content)
        code, _, err = await rotator(*done)
        assert (code, why in err) == (wanted, True), err
    file.write_bytes(whole)
    code, out, err = await rotator(*done)
    assert code == 0, err
    assert set(json.loads(out)["attestation"]) == {"filename", "sha256", "certificate_sha256"}


async def test_a_plan_is_printed_for_people(rotator, site):
    """Which certificate goes where, the steps, the reasons, and what would be lost now."""
    _, out, _ = await rotator("certificate", "self-signed", "127.0.0.1", "--json")
    code, out, err = await rotator(
        "plan", site, "-c", f"SEPM-1={json.loads(out)['certificate']['id']}", "--trust-network", "10.0.0.0/16"
    )
    assert code == 0, err
    for shown in ("SEPM-1", "A9", "relax", "would cut off 20 of them", "rotator start plan-"):
        assert shown in out
    assert "HTTPS client port" not in out


async def test_it_speaks_czech(rotator, site):
    """What the command writes and what the API answers; JSON stays as programs know it."""
    code, out, err = await rotator("--language", "cs", "site", "show", site)
    assert code == 0, err
    assert all(text in out for text in ("databáze: ", "Seznamy serverů", "servery podle priority", "vypnuto"))
    code, _, err = await rotator("status", "rot-none", ROTATOR_LANGUAGE="cs")
    assert code == 1
    assert "Co udělat: " in err
    assert "rotator status" in err
    assert not any(text in err for text in ("What to do", "There is no", "unknown"))
    english = await rotator("status", "rot-none")
    assert await rotator("status", "rot-none", "--json", ROTATOR_LANGUAGE="cs") == english
    shown = await rotator("site", "show", site, "--json")
    assert await rotator("site", "show", site, "--json", LC_ALL="cs_CZ.UTF-8") == shown


async def test_a_drill_with_https_shut_is_asked_for(rotator, site):
    """Its steps stand in the plan."""
    _, out, _ = await rotator("certificate", "self-signed", "127.0.0.1", "--json")
    certificate = json.loads(out)["certificate"]["id"]
    code, out, err = await rotator("plan", site, "-c", certificate, "--trust-network", "10.0.0.0/16", "--drill-https")
    assert code == 0, err
    assert "Shut the HTTPS client port of each server" in out


async def test_a_drill_with_stopped_servers_is_refused_where_there_is_one(rotator, site):
    """With the way to plan without it."""
    _, out, _ = await rotator("certificate", "self-signed", "127.0.0.1", "--json")
    certificate = json.loads(out)["certificate"]["id"]
    code, _, err = await rotator("plan", site, "-c", certificate, "--trust-network", "10.0.0.0/16", "--drill-stop")
    assert code == 1
    assert "no other server that clients could go to" in err
    assert "plan without drill_stop" in err


async def test_what_is_chosen_of_unproven_failover_is_read(rotator, site):
    """A choice for every group and choices for single ones; two for every group are a slip of the pen."""
    code, _, err = await rotator("plan", site, "-c", "cert-none", "--unproven", "relax", "--unproven", "approve")
    assert (code, "give GROUP=CHOICE" in err) == (2, True)
    code, _, err = await rotator("plan", site, "-c", "cert-none", "--unproven", "My Company=perhaps")
    assert (code, "unproven_by_group" in err) == (1, True)


async def test_a_refusal_is_printed_with_its_remedy(rotator, site):
    """Exit code 1, and on standard error what was refused and what to do."""
    code, out, err = await rotator("plan", site, "-c", "cert-none")
    assert (code, out) == (1, "")
    assert "no such certificate is kept" in err
    assert "rotator certificate add" in err


async def test_what_cannot_be_read_or_reached(rotator, tmp_path):
    """Exit code 2 for a file that is no JSON, a certificate that is not there, and an API that does not answer."""
    broken = tmp_path / "broken.json"
    broken.write_text("{")
    for arguments in (
        ("site", "add", str(broken)),
        ("certificate", "add", str(tmp_path / "none.pem")),
        ("site", "list", "--api", "http://127.0.0.1:9"),
        ("site", "list", "--folder", str(tmp_path / "nowhere")),
    ):
        code, _, err = await rotator(*arguments)
        assert code == 2, arguments
        assert err
        assert "Traceback" not in err


async def test_a_wrong_key_is_refused(rotator):
    """The problem says how the key is sent; it never shows one."""
    code, _, err = await rotator("site", "list", ROTATOR_API_KEY="guess-4711")
    assert code == 1
    assert "API key" in err
    assert "guess-4711" not in err


async def test_tasks_are_listed_claimed_and_done(rotator, site, people, until):
    """A person finds the task with what to do, takes it, and says done with the file that shows it."""
    _, out, _ = await rotator("certificate", "self-signed", "127.0.0.1", "--json")
    certificate = json.loads(out)["certificate"]["id"]
    _, out, _ = await rotator("plan", site, "-c", certificate, "--trust-network", "10.0.0.0/16", "--json")
    _, out, _ = await rotator("start", json.loads(out)["id"], "--why", "a test", "--json")
    rotation = json.loads(out)["id"]

    async def look():
        return json.loads((await rotator("tasks", "list", "--json"))[1])["items"]

    task = (await until(look, lambda items: items))[0]["id"]
    code, out, _ = await rotator("tasks")
    assert code == 0
    assert "Server Private Key Backup" in out
    assert (await rotator("tasks", "claim", task))[0] == 0
    code, _, err = await rotator("tasks", "done", task, ROTATOR_API_KEY=people["ben"]["Authorization"].split()[1])
    assert code == 1
    assert "ann has claimed this task" in err
    code, _, err = await rotator("tasks", "done", task, "--client", "PC-1")
    assert (code, "give --client NAME --sylink FILE for each" in err) == (2, True)
    looked = ("--client", "PC-1", "--sylink", __file__)
    code, _, err = await rotator("tasks", "done", task, *looked, "--age-minutes", "5", "--age-minutes", "6")
    assert (code, "give --age-minutes for each file, or for none" in err) == (2, True)
    code, _, err = await rotator("tasks", "done", task, *looked, "--age-minutes", "5")
    assert (code, "the Sylink.xml of PC-1: is no XML" in err) == (1, True)
    code, _, err = await rotator("tasks", "file", task)
    assert code == 1
    assert "it replaces no certificate" in err
    code, out, err = await rotator("tasks", "done", task, "-e", "filename=a.zip", "-e", "sha256=" + "ab" * 32)
    assert code == 0, err
    assert "done" in out
    assert (await rotator("cancel", rotation, "--why", "only a test"))[0] == 0


async def test_a_keystore_is_written_and_its_password_shown_once(rotator, tmp_path):
    """For the owner's eyes only; a file that is there is not replaced, and then nothing is taken."""
    _, out, _ = await rotator("certificate", "self-signed", "127.0.0.1", "--json")
    certificate = json.loads(out)["certificate"]["id"]
    file = tmp_path / "new.jks"
    take = ("certificate", "keystore", certificate, "--format", "jks", "--out", str(file))
    code, out, err = await rotator(*take)
    assert code == 0, err
    password = out.split()[-1]
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    secret = SecretStr(password)
    parsed = parse_certificate_file(file.read_bytes(), identity=CertificateId("x"), name="f", password=secret)
    assert parsed.facts.has_key
    code, _, err = await rotator(*take)
    assert (code, "is there already" in err) == (2, True)
    code, _, err = await rotator("certificate", "keystore", "none", "--out", str(tmp_path / "none"))
    assert (code, "no certificate of id none" in err) == (1, True)


async def test_a_certificate_is_requested_and_its_answer_added(rotator, tmp_path, openssl):
    """The request goes to a file; what an authority makes of it is added with its chain, and has the key."""
    file, root, key, leaf = (tmp_path / name for name in ("new.csr", "root.pem", "root.key", "leaf.der"))
    code, out, err = await rotator("certificate", "request", "sepm1.example.org", "--out", str(file))
    assert (code, "written" in out) == (0, True), err
    openssl("req", "-x509", "-newkey", "rsa:2048", "-noenc", "-subj", "/CN=root", "-keyout", key, "-out", root)
    openssl("x509", "-req", "-in", file, "-CA", root, "-CAkey", key, "-days", "99", "-copy_extensions", "copy",
            "-outform", "DER", "-out", leaf)  # fmt: skip
    code, out, err = await rotator("certificate", "add", str(leaf), "--chain", str(root), "--json")
    assert code == 0, err
    facts = json.loads(out)["certificate"]
    assert (facts["has_key"], facts["names"]) == (True, ["sepm1.example.org"])
    _, out, _ = await rotator("certificate", "requests")
    assert facts["id"] in out


async def test_lists_are_read_to_their_ends(rotator, monkeypatch):
    """A command that lists asks for page after page, and prints all of it as one list."""
    monkeypatch.setattr("cli.terminal.client._PAGE", 2)
    made = []
    for _ in range(5):
        code, out, err = await rotator("certificate", "self-signed", "127.0.0.1", "--json")
        assert code == 0, err
        made.append(json.loads(out)["certificate"]["id"])
    code, out, err = await rotator("certificate", "list", "--json")
    assert code == 0, err
    assert [each["id"] for each in json.loads(out)["items"]] == made[::-1]
    assert json.loads(out)["next"] is None
