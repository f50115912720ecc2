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
    here.has_said("== Everything goes on running")
    started = here.family()
    told = here.told
    site = told["sites"]["one-server"]
    assert site["clients_total"] * 0.1 < site["clients_lost"] <= site["clients_total"]
    environment = {**os.environ, "ROTATOR_API": told["api"], "ROTATOR_API_KEY_FILE": told["api_key_file"]}
    listed = subprocess.run(
        [sys.executable, "-m", "cli.main", "site", "list", "--json"],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert {each["id"] for each in json.loads(listed.stdout)["items"]} == set(told["sites"])

    here.process.terminate()

    assert here.stopped() == 0
    here.until_gone(started)
    assert Path(told["folder"]).joinpath("rotator.db").exists()
