"""A whole plan as a person reads it, from the survey to the last look: order, waves, titles, waits."""

from datetime import timedelta

import pytest

from rotation.plan.step import Closing, Gate, Holdout, Recheck
from rotation.procedure.steps import turning_back

WHOLE = """
    01-preflight    0  Survey the site and store its original settings
    02-recovery     0  Copy the recovery file of s1 off the box
    03-recovery     0  Copy the recovery file of s2 off the box
    04-recovery     0  Copy the recovery file of s3 off the box
    05-replication  0  Pause replication
    06-hand-outs    0  Stop what else hands out Sylink.xml
    07-A1-A4        0  Copy the list 'Default List' and make it HTTP
    08-A5           0  Assign the HTTP copies of the canaries
    09-A7           0  Turn secure communications of the canaries off
    10-A8           0  Wait until the canaries hold the relaxed policy: K
    11-A5           0  Assign the HTTP copies of the rest
    12-A7           0  Turn secure communications of the rest off
    13-images       0  Refresh golden images and install packages
    14-A8           0  Wait until every client of the relaxed groups holds the relaxed policy
    15-look         0  Look at one client of each build
    16-B2           0  Replace the certificate of s1
    17-B3           0  Wait until clients know the new certificate of s1
    18-signed       0  Compare the .SIG files of s1
    19-shown        0  Wait until clients take a new policy from a replaced server
    20-recheck      0  Survey again and compare the rest of the plan
    21-look         0  Look at one client of each build
    22-B2           0  Replace the certificate of s2
    23-B3           0  Wait until clients know the new certificate of s2
    24-signed       0  Compare the .SIG files of s2
    25-B5           1  Keep s3 on the old certificate for clients that are away
    26-shown        1  Wait until clients take a new policy from a replaced server
    27-recheck      1  Survey again and compare the rest of the plan
    28-look         1  Look at one client of each build
    29-B2           1  Replace the certificate of s3
    30-B3           1  Wait until clients know the new certificate of s3
    31-signed       1  Compare the .SIG files of s3
    32-look         1  Look at one client of each build
    33-images       1  Refresh golden images and install packages
    34-A10c         1  Put secure communications of the canaries back as recorded
    35-A10c         1  Wait until the canaries verify the new certificate: K
    36-A10d         1  Assign the original lists of the canaries again
    37-A10d         1  Wait until the canaries are back on their own list: K
    38-A10c         1  Put secure communications of the rest back as recorded
    39-A10c         1  Wait until the clients of the relaxed groups verify the new certificate
    40-A10d         1  Assign the original lists of the rest again
    41-A10d         1  Wait until the clients of the relaxed groups are back on their own list
    42-images       1  Refresh golden images and install packages
    43-replication  0  Resume replication
    44-A2-undo      0  Delete the list 'Default List (HTTP for certificate rotation)'
    45-hand-outs    0  Start again what hands out Sylink.xml, with the file of now
    46-closing      0  Check that everything is as it was and every client is back
"""
UNDONE = """
    back-34-A10c         Put secure communications of the canaries back as recorded
    back-36-A10d         Assign the original lists of the canaries again
    back-38-A10c         Put secure communications of the rest back as recorded
    back-40-A10d         Assign the original lists of the rest again
    back-43-replication  Resume replication
    back-44-A2-undo      Delete the list 'Default List (HTTP for certificate rotation)'
    back-45-hand-outs    Start again what hands out Sylink.xml, with the file of now
"""


@pytest.fixture
def body(make):
    """Three servers; G fails over, H with an image and K, its canary, are relaxed through the holdout of s3."""
    site = make.site("s1", "s2", "s3")
    stuck = {"build": "14.2.1.0"}
    clients = [make.client("c", "G"), make.client("d", "H", **stuck), make.client("e", "K", **stuck)]
    clients.append(make.client("v", "H", images=True, **stuck))
    request = make.request(site, holdout=("s3",), keep_relaxed=True)
    groups = [make.group("G"), make.group("H"), make.group("K", heartbeat=timedelta(minutes=10), jitter=1)]
    return make.plan(site, *groups, clients=clients, replication_partners=("Graz",), request=request).body


def read(text):
    """The rows of a table."""
    return [row.split(maxsplit=2) for row in text.strip().splitlines()]


def test_it_reads_like_the_vendors_lists(body):
    """What comes when, by the vendor's numbers, and what a person sees of it."""
    assert [[step.id, str(step.wave), step.title] for step in body.steps] == read(WHOLE)


def test_a_cancel_reads_like_its_end(body):
    """Cancelled when everything was relaxed: what the end would have put back is put back, in that order."""
    back = turning_back(body.steps, [step.id for step in body.steps[:14]])
    assert [f"{step.id} {step.title}" for step in back] == [
        " ".join(row.split()) for row in UNDONE.strip().splitlines()
    ]


def test_each_wait_has_its_times(body):
    """Three heartbeats of the slowest and its jitter, publishing after a swap, the day for A8; and patience."""
    day, minute = timedelta(days=1), timedelta(minutes=1)
    waits = {step.id: (step.minimum, step.patience) for step in body.steps if isinstance(step, Gate | Closing)}
    assert waits == {
        "10-A8": (31 * minute, 62 * minute),
        "14-A8": (day, 90 * day),
        **dict.fromkeys(("17-B3", "23-B3", "30-B3"), (33 * minute, 14 * day)),
        **dict.fromkeys(("35-A10c", "37-A10d"), (31 * minute, 62 * minute)),
        **dict.fromkeys(("39-A10c", "41-A10d"), (31 * minute, 14 * day)),
        "19-shown": (17 * minute, day + 17 * minute),
        "26-shown": (17 * minute, 3 * day + 17 * minute),
        "46-closing": (11 * minute, 14 * day),
    }
    (kept,) = [step for step in body.steps if isinstance(step, Holdout)]
    assert (kept.minimum, kept.maximum) == (30 * day, 90 * day)
    assert len([step for step in body.steps if isinstance(step, Recheck)]) == 2
