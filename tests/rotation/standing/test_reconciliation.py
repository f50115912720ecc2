"""What one look has found, since when, and for how long it counts."""

from datetime import UTC, datetime, timedelta

from rotation.standing.reconciliation import LATE, current_reconciliation, reconciled, standing_of
from rotation.standing.trouble import Standing, TroubleCode, adrift, stalled
from rotation.values import RotationId

T0 = datetime(2026, 3, 1, 12, tzinfo=UTC)
ONE, TWO = RotationId("rot-1"), RotationId("rot-2")
GONE = adrift(TroubleCode.HISTORY_GONE, ONE, "it is gone", "rotator restore site --why REASON")
NO_WORKER = stalled(TroubleCode.NO_WORKER, "worker", "nobody works", "rotator up")


def test_what_is_found_again_keeps_its_time():
    """Since when it is so counts from the first look that found it, without a gap."""
    first = reconciled(None, T0, rotations=[GONE])
    second = reconciled(first, T0 + timedelta(seconds=15), rotations=[GONE])
    assert [each.since for each in second.all] == [T0]
    over = reconciled(second, T0 + timedelta(seconds=30))
    again = reconciled(over, T0 + timedelta(seconds=45), rotations=[GONE])
    assert [each.since for each in again.all] == [T0 + timedelta(seconds=45)]


def test_what_is_wrong_with_the_service_is_wrong_with_each_rotation():
    """A rotation's own trouble goes first; one without has that of the service, and one without either is sound."""
    found = reconciled(None, T0, rotations=[GONE], service=[NO_WORKER])
    own, others = found.about(ONE), found.about(TWO)
    assert own is not None
    assert others is not None
    assert (own.trouble, others.trouble) == (GONE, NO_WORKER)
    assert standing_of(found, others) is Standing.STALLED
    assert standing_of(reconciled(None, T0), None) is Standing.SOUND


def test_an_old_look_does_not_count():
    """A minute after the last look the standing of everything is unknown, whatever that look had found."""
    found = reconciled(None, T0, rotations=[GONE])
    assert current_reconciliation(found, T0, T0 + LATE) == found
    late = current_reconciliation(found, T0, T0 + LATE + timedelta(seconds=1))
    assert late is not None
    reported = late.about(ONE)
    assert reported is not None
    assert (reported.trouble.standing, reported.trouble.code) == (Standing.UNKNOWN, TroubleCode.NOT_CHECKED)
    assert "12:00:00" in reported.trouble.message


def test_before_the_first_look_all_is_unknown():
    """Without a look, or during the first one: unknown, and no alarm; a first look that never comes is one."""
    assert current_reconciliation(None, None, T0) is None
    assert current_reconciliation(None, T0, T0 + LATE) is None
    assert standing_of(None, None) is Standing.UNKNOWN
    never = current_reconciliation(None, T0, T0 + LATE + timedelta(seconds=1))
    assert never is not None
    assert [each.trouble.code for each in never.all] == [TroubleCode.NOT_CHECKED]


def test_what_another_process_found_long_ago_is_no_alarm_at_the_start():
    """A process that begins uses what was kept until its own first look, however old that is."""
    old = reconciled(None, T0 - timedelta(days=3))
    assert current_reconciliation(old, T0, T0 + LATE) == old
