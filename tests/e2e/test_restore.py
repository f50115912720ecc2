"""After a Terminate from outside nothing of ours runs: `rotator restore` brings the site back."""

import asyncio
import sys


async def rotator(house, *arguments: str) -> str:
    """The output of the command line; its exit code must be 0."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "cli.main", *arguments, "--folder", str(house.folder),
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    out, err = await process.communicate()
    assert process.returncode == 0, out.decode() + err.decode()
    return out.decode()


async def test_after_a_terminate_the_command_line_restores_the_site(worked_site) -> None:
    """Terminated in A8: `rotator restore` puts everything back, copy and all, and the site can be rotated again."""
    site, house = worked_site, worked_site.house
    before = await site.settings()
    rotation = await site.start(relax_floor="PT1M")
    await site.in_gate(rotation)
    await (await house.rotation(site.id)).terminate("pulled out by an operator")
    assert await site.settings() != before

    output = await rotator(house, "restore", site.id, "--why", "the rotation was terminated")
    restoring = next(word for word in output.split() if word.startswith("rot-"))
    await rotator(house, "watch", restoring)

    assert await site.settings() == before
    assert await site.lost_ever() == []
    assert (await house.get(f"/v1/rotations/{restoring}"))["purpose"] == "restore"
    assert (await house.get(f"/v1/rotations/{rotation}"))["status"] == "restored"

    again = await site.start(relax_floor="PT1M")  # a lower one takes two persons
    await site.task(again, "copy_list", state="done")
