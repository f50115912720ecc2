"""A few points of the crash sweep, other ones each day; `make crash-sweep` goes through all of them."""

import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_a_rotation_ends_right_whatever_dies() -> None:
    """Worker, Temporal, API or SEPM's side die at some points of a rotation: it ends right, each effect once."""
    seed = str(datetime.now(UTC).toordinal())
    assert f"sample {seed} of " in swept("--sample", "--seed", seed)


def swept(*options: str) -> str:
    """The output of a sweep with those options, which must find nothing."""
    command = [sys.executable, "-m", "tests.sweep", *options]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout}\n{done.stderr}"
    return done.stdout
