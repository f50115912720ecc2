"""`rotator demo --naive --keep`: what the product is for, and a service that stays for a closer look."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.timeout(420)


def test_without_the_product_most_clients_are_lost_and_what_is_kept_goes_on(demo):
    """More than one client in ten is lost; then the service answers from a folder that stays, until SIGTERM: exit 0."""
    here = demo("--naive", "--keep", "--json", "--seed", "3")
    here.until_shown("== Everything goes on running")
    started = here.family()
    printed = here.printed
    site = printed["sites"]["one-server"]
    assert site["clients_total"] * 0.1 < site["clients_lost"] <= site["clients_total"]
    environment = {**os.environ, "ROTATOR_API": printed["api"], "ROTATOR_API_KEY_FILE": printed["api_key_file"]}
    listed = subprocess.run(
        [sys.executable, "-m", "cli.main", "site", "list", "--json"],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert {each["id"] for each in json.loads(listed.stdout)["items"]} == set(printed["sites"])

    here.process.terminate()

    assert here.stopped() == 0
    here.until_gone(started)
    assert Path(printed["folder"]).joinpath("rotator.db").exists()
