"""Kill -9 of every process: all at once in the middle of a gate, and in turn in the middle of a console task."""

import asyncio
import os
import signal
import ssl
from contextlib import suppress

import pytest

AT_ANY_TIME = ("temporal", "api", "front")
"""A worker that is killed in an activity is missed only when that activity's time is up, which is minutes."""
VICTIMS = ("worker", *AT_ANY_TIME)
COPY = "rest.sem_server"
SECURE = "rest.secure_communications"
OWNED = (("My Company", "Default"), ("My Company\\Labs", "Default"), ("My Company\\Labs", "Office"))


async def front_answers(site) -> bool:
    """Whether a server speaks TLS at the port of the emulated SEPM's REST service."""
    rest = site.program.printed["rest"]
    anyone = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    anyone.check_hostname, anyone.verify_mode = False, ssl.CERT_NONE
    with suppress(OSError):
        _, writer = await asyncio.open_connection(rest["host"], rest["port"], ssl=anyone)
        writer.close()
        return True
    return False


async def kill_front(site) -> None:
    """Kill the emulator's REST front, and wait until its supervisor has another one serve."""
    # asking would start one where none runs; now one does
    before = int((await site.control.post("/front/start")).raise_for_status().json()["pid"])
    os.kill(before, signal.SIGKILL)
    async with asyncio.timeout(60):
        with suppress(ProcessLookupError):
            while True:
                os.kill(before, 0)
                await asyncio.sleep(0.01)
        while not await front_answers(site):  # noqa: ASYNC110 - it lies in another process
            await asyncio.sleep(0.05)


async def first_write(site) -> None:
    """Wait until the first of the rotation's settings has been written; others follow at once."""
    async with asyncio.timeout(60):
        while COPY not in {effect[0] for effect in await site.effects()}:  # noqa: ASYNC110 - it lies in the emulator
            await asyncio.sleep(0.01)


async def kill(site, *victims: str) -> None:
    """Kill with -9, all at once, and wait for the restarts."""
    if "worker" in victims:
        await site.between_activities()
    async with asyncio.TaskGroup() as group:
        for victim in victims:
            group.create_task(kill_front(site) if victim == "front" else site.house.kill(victim))


async def rotation_with_kills(site) -> dict[str, object]:
    """A whole rotation with the operator played here; parts die while A5 is written, in A8, and in a claimed A9."""
    rotation = await site.start(relax_floor="PT20S")
    await site.work(rotation, "save_recovery_file")
    await site.work(rotation, "stop_hand_outs")
    await site.work(rotation, "copy_list")

    await first_write(site)
    await kill(site, *AT_ANY_TIME)
    await site.in_gate(rotation)
    await kill(site, *VICTIMS)

    swap = await site.task(rotation, "replace_certificate")
    await site.claim(swap)
    for victim in VICTIMS:
        await kill(site, victim)
    await site.done(swap, await site.act(swap))

    await site.work(rotation, "compare_signed_files")
    await site.work(rotation, "delete_list")
    return dict(await site.ended(rotation))


def wanted_effects(site) -> set[tuple[str, ...]]:
    """Each effect that a rotation of this site must have, but for the certificate, whose fingerprint is drawn."""
    original = site.program.printed["server_lists"][0]["name"]
    server = site.program.printed["servers"][0]["name"]
    copy = f"{original} (HTTP for certificate rotation)"
    return {
        ("console.save_recovery_file", server),
        ("console.copy_list", copy),
        ("console.edit_list", copy),
        ("console.delete_list", copy),
        *((COPY, *pair, name) for pair in OWNED for name in (copy, original)),
        *((SECURE, *pair, value) for pair in OWNED for value in ("false", "true")),
    }


async def check(site, ended: dict[str, object]) -> None:
    """The rotation completed, each effect happened once, and no client was lost."""
    assert ended["status"] == "completed"
    effects = await site.effects()
    assert {effect for effect, count in effects.items() if count != 1} == set()
    swaps = [effect for effect in effects if effect[0] == "console.replace_certificate"]
    assert len(swaps) == 1
    assert effects.keys() - swaps == wanted_effects(site)
    assert await site.lost_ever() == []


@pytest.fixture
async def site(open_house, open_site):
    """An emulated site of a service of its own, whose console the test alone operates."""
    async with open_house() as house, open_site(house) as opened:
        yield opened


async def test_a_rotation_survives_kill_9_in_a_gate_and_in_a_task(site) -> None:
    """Killed and restarted, together and one by one: the rotation completes, each effect happens once."""
    await check(site, await rotation_with_kills(site))
