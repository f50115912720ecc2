"""Clients that are generated from the API's description, one in Python and one in TypeScript, as programs use them.

Each rotates an emulated site from its registration to the end, through nothing but what the generators made.
"""

import asyncio
import json
import os
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.api.openapi_changes import described, text_of
from tests.contract.places import BUILD, HERE, npm_program, python_program
from tests.e2e.emulated import LIMITS, LONG_TIMEOUT, PLAIN, Site

PROGRAMS = HERE / "programs"


async def run(folder: Path, *command: str | Path, given: str = "", **environment: str) -> str:
    """What a command prints; it ends well and complains about nothing."""
    process = await asyncio.create_subprocess_exec(
        *map(str, command),
        cwd=folder,
        env=os.environ | environment,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await asyncio.wait_for(process.communicate(given.encode()), LONG_TIMEOUT)
    assert process.returncode == 0, f"{out.decode()}\n{err.decode()}"
    return out.decode()


@pytest.fixture(scope="module")
def document(tmp_path_factory) -> Path:
    """The description as the code makes it."""
    file: Path = tmp_path_factory.mktemp("description") / "openapi.json"
    file.write_text(text_of(described()), "utf-8")
    return file


async def rotates(house, site: Site, folder: Path, *command: str | Path, **environment: str) -> None:
    """The program rotates the site: it sees the end that the service and the emulator see, and no client is lost."""
    printed = site.program.printed
    registration: dict[str, Any] = {
        "name": printed["site"],
        "rest_url": printed["rest"]["url"],
        "username": printed["rest"]["user"],
        "password": printed["rest"]["password"],
        "domain": printed["rest"]["domain"],
        "trust": {"fingerprint_sha256": printed["rest"]["fingerprint_sha256"]},
        "servers": [{name: server[name] for name in PLAIN} for server in printed["servers"]],
        "lists": printed["server_lists"],
        "limits": LIMITS,
    }
    key = {"ROTATOR_API_KEY": house.key} | environment
    ended = json.loads(await run(folder, *command, house.apis[-1], given=json.dumps(registration), **key))
    assert (ended["status"], ended["last"]) == ("completed", "ended")
    assert ended["clients"] > 0
    assert await site.lost_ever() == []


async def test_a_python_client_rotates_a_site(house, open_site, document, tmp_path):
    """openapi-python-client makes it without one warning: each operation and each model is there."""
    generator, config = python_program("openapi-python-client"), HERE / "generator.yaml"
    arguments = ("--path", document, "--output-path", tmp_path / "rotator_client", "--meta", "none", "--config", config)
    # it formats what it makes by the ruff beside it
    path = f"{generator.parent}{os.pathsep}{os.environ['PATH']}"
    await run(tmp_path, generator, "generate", *arguments, "--fail-on-warning", PATH=path)
    async with open_site(house, robot=True, registered=False) as site:
        program = (python_program("python"), PROGRAMS / "first_rotation.py")
        await rotates(house, site, tmp_path, *program, PYTHONPATH=str(tmp_path))


async def test_a_typescript_client_rotates_a_site(house, open_site, document, tmp_path):
    """The types of openapi-typescript hold for the program under the strictest rules of its compiler."""
    for each in ("first_rotation.ts", "tsconfig.json"):
        shutil.copy(PROGRAMS / each, tmp_path)
    (tmp_path / "package.json").write_text('{"type": "module"}')
    (tmp_path / "node_modules").symlink_to(BUILD / "node" / "node_modules")
    types = ("--default-non-nullable=false", "--output", tmp_path / "rotator.d.ts")  # a default need not be sent
    await run(tmp_path, *npm_program("openapi-typescript"), document, *types)
    await run(tmp_path, *npm_program("tsc"), "--project", tmp_path)
    async with open_site(house, robot=True, registered=False) as site:
        await rotates(house, site, tmp_path, npm_program("tsc")[0], "first_rotation.js")
