"""`rotator simulate`: whole rotations of a synthetic site on simulated time."""

import json
import subprocess
import sys

import pytest

COMMAND = [sys.executable, "-m", "cli.main", "simulate"]
SMALL = ["--clients", "6", "--groups", "2", "--servers", "2", "--holdout", "2d", "--runs", "2", "--seed", "7"]


def simulate(*options):
    """What the command printed, and how it ended."""
    return subprocess.run([*COMMAND, *options], capture_output=True, text=True, check=False)


def test_the_same_seed_gives_the_same_json_byte_for_byte():
    """Two processes print the same; no client is lost, and no figure of the machine is in it."""
    first, second = simulate(*SMALL, "--json"), simulate(*SMALL, "--json")
    report = json.loads(first.stdout)
    assert first.stdout == second.stdout
    assert (first.returncode, report["outcomes"], report["lost_by_the_rotation"]) == (0, {"completed": 2}, 0)
    assert [run["seed"] for run in report["worst"]] in ([7, 8], [8, 7])
    assert report["duration"]["least"].startswith("P")


def test_people_see_what_would_happen():
    """Without --json: outcomes, losses, durations and exposure in a table."""
    shown = simulate(*SMALL, "--faults", "unknown").stdout
    assert "2 rotations of 6 clients" in shown
    assert "Clients lost by the rotation: 0" in shown
    assert "exposure" in shown


@pytest.mark.parametrize(
    ("options", "named"),
    [(("--holdout", "soon"), "90d"), (("--heartbeat", "0h"), "longer"), (("--faults", "some"), "unknown")],
)
def test_what_makes_no_sense_is_refused_with_a_reason(options, named):
    """A length of time that is none, or nothing, and a kind of faults that is not known."""
    refused = simulate(*options)
    assert refused.returncode == 2
    assert named in refused.stderr
