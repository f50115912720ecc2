"""Each procedure of the crash sweep, to its end."""

import pytest

from tests.sweep.procedures import PROCEDURES
from tests.sweep.test_sample import swept


@pytest.mark.parametrize("procedure", PROCEDURES)
def test_it_ends_right_where_no_process_dies(procedure: str) -> None:
    """Else a sweep could not even begin."""
    assert f"{procedure} undisturbed" in swept("--undisturbed", "--procedure", procedure)
