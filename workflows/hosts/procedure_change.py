"""Changes of what a rotation does, by the names that stand in the histories of rotations that go by them."""

from enum import StrEnum


class ProcedureChange(StrEnum):
    """A rotation whose history has no such name at that place goes on as it began."""

    NO_LOCAL_ACTIVITIES = "no-local-activities"
    """Before, the store was asked in the workflow task itself (docs/develop/decisions/0060)."""
    LOOK_BEFORE_RESTORING = "look-before-restoring"
    """Before, no look came right before settings were put back."""
    LOOK_BEFORE_RELAXING = "look-before-relaxing"
    """Before, no look came right before clients were relaxed."""
    RELAXING_BY_HAND_WAITS = "relaxing-by-hand-waits-for-the-site"
    """Before, the task to relax clients by hand stayed open whatever a look found."""
    LOOKS_DURING_WORK = "looks-while-relaxed-clients-wait-for-work"
    """Before, only what the watch saw had the site looked at during work that relaxed clients wait for."""
    ONE_LOOK_IN_CLOSING = "one-look-in-closing"
    """Before, the closing began with a look of its own."""
    CLAIMS_KEEP_RESTARTED = "claims-keep-restarted-gates"
    """Before, each claim forgot the gates that had begun again, and no look at clients read them."""
    OTHERS_ARE_PROBED = "others-are-probed-while-one-is-stopped"
    """Before, a drill learned from a reading of SEPM alone whether other servers answer."""
    LEAVE_OUT_SILENT = "leave-out-silent"
    """Before, no person was offered to leave a server out on a way back."""
    WATCH_IS_HEARD = "the-watch-is-heard"
    """Before, a message of the watch was refused while a person held the rotation, or while other work was open."""
    RESTORING_ENDS_RELAXING = "restoring-ends-relaxing"
    """Before, a look right before settings were put back proved again that clients were relaxed."""
    OTHER_IS_FORGOTTEN_FIRST = "clients-forget-another-certificate-first"
    """Before, a replacement did not wait for clients that may know a certificate that was in a server for a while."""
    READS_WHILE_HELD = "clients-are-read-while-held"
    """Before, a gate read no client while a person held the rotation."""
