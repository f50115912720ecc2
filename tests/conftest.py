"""The order in which files of tests begin, when some processes share them; and how patient properties are."""

from pathlib import Path

import pytest
from hypothesis import settings

# a busy machine is no reason why a property should fail
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")

HERE = Path(__file__).parent
LONGEST = (
    "cli/test_demo.py",
    "e2e/test_kills.py",
    "sweep/test_sample.py",
    "cli/test_up.py",
    "cli/test_demo_endings.py",
    "e2e/test_secrets.py",
    "e2e/test_restore.py",
    "e2e/test_cancel.py",
    "cli/test_demo_naive.py",
    "e2e/test_hold.py",
    "e2e/test_starting.py",
    "workflows/test_many_histories.py",
    "workflows/test_replay.py",
    "workflows/test_ninety_days.py",
    "proof/test_rivals.py",
    "simulation/test_run.py",
    "simulation/test_properties.py",
)
"""Those that take longest, most of it by waiting. Begun last, one of them would keep everybody waiting for it alone."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the longest files first; the others keep their order.

    Raises:
        pytest.UsageError: when one of them is not there any more.
    """
    places = {HERE / name: place for place, name in enumerate(LONGEST)}
    gone = [str(path) for path in places if not path.exists()]
    if gone:
        raise pytest.UsageError(f"no such files of tests: {', '.join(gone)}; take them out of {__file__}")
    items.sort(key=lambda item: places.get(item.path, len(places)))
