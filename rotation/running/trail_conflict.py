"""The attention of a rotation whose trail has a conflict: one event was reported twice, with different content."""

from rotation.finding import Finding, warning
from rotation.values import RotationId

TRAIL_CONFLICT = "trail-conflict"


def trail_conflict(rotation_id: RotationId) -> Finding:
    """What an administrator is shown until the rotation ends. Both contents stand on the trail."""
    return warning(
        TRAIL_CONFLICT,
        rotation_id,
        "an event of the rotation was reported twice, with different content",
        f"compare both: GET /v1/rotations/{rotation_id}/events, kind `conflict`. A worker that was ended in the middle "
        "of a report causes this; if none was, a foreign program reports for this rotation: find out which machines "
        "reach Temporal and the database",
    )
