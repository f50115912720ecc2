"""Sentences for what the service finds wrong with a rotation: docs/admin/troubleshooting.md tells of each."""

from rotation.text.sentence import Sentence, sentence

TROUBLES: dict[str, Sentence] = {
    "task-fails": sentence(
        "This version of the worker fails on the rotation. An administrator starts the version that ran it before."
    ),
    "worker-cannot": sentence(
        "The worker cannot read the rotation's history. An administrator starts the version that ran it before."
    ),
    "no-worker": sentence("No worker answers for the rotation. An administrator starts the worker (rotator up)."),
    "activity-fails": sentence(
        "Something that the rotation does has failed four times. An administrator mends what the message says."
    ),
    "overdue": sentence(
        "The rotation is past its own next act. An administrator sees that a worker of the right version runs."
    ),
    "paused": sentence("The rotation is paused in Temporal. An administrator unpauses it there."),
    "store-full": sentence("The database cannot be written. An administrator makes room on its disk."),
    "temporal-fails": sentence("Temporal cannot store anything. An administrator makes room on its disk."),
    "history-gone": sentence("Temporal has lost the rotation. An operator restores the site."),
    "ended-outside": sentence("The rotation was ended in Temporal. An operator restores the site."),
    "reset-outside": sentence(
        "The rotation was reset in Temporal and changes nothing any more. An administrator terminates it there; then "
        "an operator restores the site."
    ),
    "history-older": sentence(
        "Temporal has an older state of the rotation than the database. An operator repeats what was asked of it since."
    ),
    "left-changed": sentence("The rotation has ended, and settings are left changed. An operator restores the site."),
    "other-run": sentence(
        "Another workflow runs under the rotation's name. An administrator terminates it in Temporal; then an operator "
        "restores the site."
    ),
    "runs-after-end": sentence(
        "The rotation has ended, and its workflow still runs. An administrator terminates it in Temporal."
    ),
    "not-recorded": sentence(
        "The database does not know this workflow. An administrator gives the newer database back, or terminates it."
    ),
    "temporal-away": sentence(
        "Temporal does not answer, so it is not known how the rotation stands. An administrator starts Temporal."
    ),
    "store-away": sentence("The database does not answer. An administrator sees that it runs."),
    "not-checked": sentence("The service has not looked at the rotation for a minute. An administrator reads its log."),
}
"""By code: what it is, and who mends it."""
