"""Files that hold secrets: what cannot be written is known before anything is taken."""

import pytest

from cli.terminal.fault import UnreadableError
from cli.terminal.new_file import refuse_existing


def test_a_file_that_could_not_be_written_is_refused(tmp_path):
    """One that is there, and one whose folder is not."""
    there = tmp_path / "there.jks"
    there.touch()
    for path in (there, tmp_path / "nowhere" / "new.jks"):
        with pytest.raises(UnreadableError, match="nothing was taken"):
            refuse_existing(path)
    refuse_existing(tmp_path / "new.jks")
