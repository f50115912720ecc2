"""Mistakes at the page and at the console: none passes as done, and each gets an answer that names it."""

import base64
import hashlib
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import pytest

from emulator.certificates.certificates import self_signed
from emulator.certificates.keys import pool_key
from emulator.scenarios import three_servers
from tests.e2e.browsing import TIMEOUT
from tests.e2e.card_operator import CardOperator
from tests.e2e.emulated import HEARTBEAT
from tests.e2e.house import look_until
from tests.e2e.mistaken_evidence import FILES, SHA, STOPPED, of_list
from tests.e2e.mistakes import Mistakes, sending, stale
from tests.e2e.operated import Operated

LEAST = 50
SEEN_FIRST = "third-certificate"
"""Where the service has seen a wrong certificate before the report comes, the rotation asks about that alone."""
WRONG_KEY = 40
"""A key of the emulator's pool that no server was installed with."""


@pytest.fixture
def person(browser, house):
    """Opens a browser of a person with a role."""

    @asynccontextmanager
    async def window(key):
        context = await browser.new_context(locale="en-GB")
        context.set_default_timeout(TIMEOUT)
        try:
            opened = Operated(await context.new_page(), house.apis[0])
            await opened.sign_in(key)
            yield opened
        finally:
            await context.close()

    return window


@pytest.fixture
async def site(house, open_site):
    """Three servers, of which a wrong one can be taken."""
    spec = three_servers(clients=12, heartbeat=HEARTBEAT)
    servers = tuple(each.model_copy(update={"restart_time": timedelta(seconds=1)}) for each in spec.servers)
    fields = {name: getattr(spec, name) for name in ("groups", "clients", "server_lists", "database_shared")}
    async with open_site(house, servers=servers, **fields) as opened:
        yield opened


async def on_to(ann, site, rotation, kind):
    """The open task of that kind; whatever comes before it is done by its card."""
    while True:
        path = await ann.waiting(rotation)
        assert path is not None, f"no task {kind}"
        task = await site.house.get(f"/v1{path}")
        if task["kind"] == kind:
            return task
        await ann.work(path, CardOperator(site))


@pytest.mark.timeout(900)
async def test_no_mistake_passes_as_done(house, site, person):
    """More than fifty: of evidence, persons, pages that are old, files, servers and passwords."""
    rotation = await site.start()
    mistakes = Mistakes(site)
    otto, vera = await house.key_of("otto", "operator"), await house.key_of("vera", "viewer")
    async with person(house.key) as ann, person(house.key) as again, person(otto) as other, person(vera) as viewer:
        people = {"ann": ann, "again": again, "otto": other, "vera": viewer}
        await of_recovery_files(mistakes, people, await on_to(ann, site, rotation, "save_recovery_file"))
        await of_another_server(mistakes, ann, await on_to(ann, site, rotation, "save_recovery_file"))
        task = await on_to(ann, site, rotation, "stop_hand_outs")
        for name, says, fields in STOPPED:
            await mistakes.refused(name, says, task, sending(ann, task, "done", **fields))
        await of_a_copy(mistakes, ann, await on_to(ann, site, rotation, "copy_list"))
        await of_a_replacement(mistakes, people, await on_to(ann, site, rotation, "replace_certificate"))
    assert mistakes.wrong == []
    assert len(mistakes.made) >= LEAST, sorted(mistakes.made)
    assert await site.lost_ever() == []


async def of_recovery_files(mistakes, people, task):
    """Evidence of a file, and persons and pages that get into each other's way."""
    ann, again, otto, vera = people.values()
    refused = mistakes.refused
    await refused("a task that is not there", "no such page", task, sending(ann, {"id": "none"}, "claim"))
    await refused("given back without a reason", "why", task, sending(ann, task, "refused", why=""))
    await refused("claimed by a viewer", "may not", task, sending(vera, task, "claim"))
    await refused("reported by a viewer", "may not", task, sending(vera, task, "done", sha256=SHA))
    await refused("begun, though nothing is looked at first", "checks nothing", task, sending(ann, task, "begin"))
    await refused("a file of a task that has none", "no file", task, sending(ann, task, "file"))
    for each in (again, otto):
        await each.go(f"/tasks/{task['id']}")
    await ann.claim(f"/tasks/{task['id']}")
    await refused("claimed by another person, by an old page", "ann has claimed", task, stale(otto.page, "claim"))
    await refused("reported by another person", "ann has claimed", task, sending(otto, task, "done", sha256=SHA))
    for_eve = sending(otto, task, "refused", why="mine", holder="eve")
    await refused("given back for a person who does not hold it", "eve does not hold", task, for_eve)
    await refused("claimed in a second tab, too", task["title"], task, stale(again.page, "claim"))
    for name, says, fields in FILES:
        await refused(name, says, task, sending(ann, task, "done", **fields))
    foreign = await ann.page.request.post(f"{ann.home}/tasks/{task['id']}/done", form={"sha256": SHA})
    assert (foreign.status, "another origin" in await foreign.text()) == (403, True)
    mistakes.made["a form of another page"] = "refused"
    await again.go(f"/tasks/{task['id']}")
    # what hands out Sylink.xml has a task of its own where it is not stated here
    await ann.work(f"/tasks/{task['id']}", CardOperator(mistakes.site, leaves=frozenset({"stopped"})))
    await refused("reported once more by the back button", "not open", task, stale(again.page, "done", sha256=SHA))
    await refused("claimed when it is closed", "not open", task, sending(ann, task, "claim"))
    await refused("given back when it is closed", "not open", task, sending(ann, task, "refused", why="no"))
    await again.go(f"/tasks/{task['id']}")
    await again.page.context.clear_cookies()
    await refused("sent after signing out", "sign in", task, stale(again.page, "claim"))


async def of_another_server(mistakes, ann, task):
    """The file that was saved before is another server's."""
    assert task["subject"]["server"] != "SEPM-1"
    saved = await mistakes.site.console("save_recovery_file", server="SEPM-1")
    sha256 = hashlib.sha256(base64.b64decode(saved["content_base64"])).hexdigest()
    fields = {"filename": saved["filename"], "sha256": sha256}
    await mistakes.refused(
        "the file of another server", "recovery file of SEPM-1", task, sending(ann, task, "done", **fields)
    )


async def of_a_copy(mistakes, ann, task):
    """A copy that is not made, is another one, or has other ports; then what may be stated wrongly of a good one."""
    site, work = mistakes.site, task["subject"]
    name, ports = work["copy_list"], {each["server"]: each["http_port"] for each in work["servers"]}
    right = {"list_name": name, "protocol": "HTTP", "ports": ", ".join(f"{of}={port}" for of, port in ports.items())}
    await mistakes.refused("a copy that is not made", "not this one", task, sending(ann, task, "done", **right))
    await site.console("copy_list", source=work["source_list"], name=name + " 2")
    other = {**right, "list_name": name + " 2"}
    await mistakes.refused("a copy of another name", "not this one", task, sending(ann, task, "done", **other))
    await site.console("delete_list", name=name + " 2")
    await site.console("copy_list", source=work["source_list"], name=name)
    shown = {**right, "protocol": "HTTPS"}
    await mistakes.refused("a copy that was not edited", "protocol", task, sending(ann, task, "done", **shown))
    await site.console("edit_list", name=name, protocol="HTTP", http_ports=dict.fromkeys(ports, 443))
    shown = {**right, "ports": ", ".join(f"{of}=443" for of in ports)}
    await mistakes.refused("a copy with the port of HTTPS", "ports", task, sending(ann, task, "done", **shown))
    await site.console("edit_list", name=name, http_ports=ports)
    sylink = await site.console("export_sylink", group="My Company", location="Default")
    file = base64.b64decode(sylink["content_base64"]).decode()
    act = sending(ann, task, "done", **right, sylink=file)
    await mistakes.refused("the Sylink.xml of a group that does not use the copy", "name", task, act)
    for mistake, says, fields in of_list(right):
        await mistakes.refused(mistake, says, task, sending(ann, task, "done", **fields))
    await site.console("delete_list", name=name)


async def of_a_replacement(mistakes, people, task):
    """Before the claim, without the act, with another file, at another server, without the restart."""
    ann, _, otto, _ = people.values()
    site, refused, server = mistakes.site, mistakes.refused, task["subject"]["server"]
    done, first = sending(ann, task, "done"), (await mistakes.certificates())[server]
    await refused("begun before it is claimed", "not claimed", task, sending(ann, task, "begin"))
    await refused("the file before the claim", "that is claimed", task, sending(ann, task, "file"))
    await refused("a certificate that is not replaced, unclaimed", "still presents", task, done)
    await ann.claim(f"/tasks/{task['id']}")
    await refused("a replacement that another person holds", "ann has claimed", task, sending(otto, task, "claim"))
    await refused("the file of another person's task", "hold", task, sending(otto, task, "file"))
    await refused("a certificate that is not replaced", "still presents", task, done)
    file = await ann.take_file(f"/tasks/{task['id']}")
    await refused("the file for a second time", "taken", task, sending(ann, task, "file"))
    kept = {"content_base64": file["content_base64"], "password": file["password"]}
    short = {"password": file["password"][:-1]}
    for name, wrong in (("a slip in the password", short), ("JKS", {"format": "jks"}), ("PEM", {"format": "pem"})):
        answer = await site.control.post("/console/replace_certificate", json={"server": server, **kept, **wrong})
        assert answer.status_code == 409, answer.text
        await refused(f"the wizard with {name}", "still presents", task, done)

    async def at_console(operation, of, **arguments):
        """Do it, and see the server back: each change of a certificate restarts its services."""

        async def up():
            return next(each["up"] for each in await site.truth("servers") if each["name"] == of)

        await site.console(operation, server=of, **arguments)
        await look_until(up, bool, f"{of} runs")

    other = self_signed(pool_key(WRONG_KEY), server, datetime(2026, 1, 1, tzinfo=UTC))
    pem = base64.b64encode(other.certificate_pem + other.key_pem).decode()
    await at_console("replace_certificate", server, content_base64=pem, format="pem")
    await refused("another certificate", "no step of the rotation", task, done)
    await at_console("restore_certificate", server, fingerprint_sha256=first)
    await at_console("generate_certificate", server)
    await refused("a certificate that SEPM has generated", ("no step of the rotation", SEEN_FIRST), task, done)
    await at_console("restore_certificate", server, fingerprint_sha256=first)
    elsewhere = next(each["name"] for each in await site.truth("servers") if each["name"] != server)
    await at_console("replace_certificate", elsewhere, format="pkcs12", **kept)
    await refused("the file at another server", (elsewhere, SEEN_FIRST), task, done)
    await at_console("restore_certificate", elsewhere)
    (await site.control.post("/switches", json={"restart_after_swap": "PT15M"})).raise_for_status()
    await site.console("replace_certificate", server=server, format="pkcs12", **kept)
    await refused("a server whose services do not run yet", ("connect", "do not answer", SEEN_FIRST), task, done)
