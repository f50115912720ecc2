"""What can go wrong between us and Temporal, in words that say what to do."""

from collections.abc import Sequence

from rotation.values import RotationId, SiteId


class EngineFault(Exception):  # noqa: N818 - what went wrong is named by its subclasses: TemporalDown, SiteIsBusy
    """The root of everything below."""

    sent_as: str = ""
    """The request id of a message that was sent before this happened, so that the rotation may have heard it."""


class TemporalDown(EngineFault):
    """Temporal does not answer, or cannot do anything now. Nothing is lost: running rotations go on when it is back."""

    def __init__(self, why: str) -> None:
        super().__init__(f"Temporal cannot do it now ({why}); running rotations go on when it can. Try again")


class NoAnswer(EngineFault):
    """Temporal is there, and the worker has not answered in time: it is stopped, or still at work."""


_ASKS = "attention: "
"""So begins what a rotation is busy with where it asks a person (`Running.ask`)."""


class NotTakenUp(EngineFault):
    """The rotation was busy for too long; the message was withdrawn, and nothing has changed."""

    def __init__(self, busy_with: str) -> None:
        about = busy_with.removeprefix(_ASKS)
        self.asks = about != busy_with
        """Whether the rotation waits for what a person says about something else."""
        super().__init__(
            f"the rotation asks a person something first ({about}): it has not received this message, and will not"
            if self.asks
            else f"the rotation is busy ({busy_with or 'its next act'}): it has not received this message, and will not"
        )


class NotRunning(EngineFault):
    """No rotation is running, or ever was, under that id."""

    def __init__(self, site_id: SiteId) -> None:
        self.site_id = site_id
        super().__init__(f"site {site_id} has no running rotation; start one from a plan")


class SiteIsBusy(EngineFault):
    """Another rotation of the site is running."""

    def __init__(self, site_id: SiteId, rotation_id: RotationId | None) -> None:
        self.site_id = site_id
        self.rotation_id = rotation_id
        super().__init__(f"site {site_id} runs rotation {rotation_id or '(unknown)'}; wait for its end or cancel it")


class MoveRefused(EngineFault):
    """The rotation may not make that move now; nothing has changed."""

    def __init__(self, code: str, message: str, remedy: str = "") -> None:
        self.code = code
        self.message = message
        self.remedy = remedy
        super().__init__(f"{code}: {message}")


class SurveyFailed(EngineFault):
    """The site could not be read. `type` is an `ErrorType` of the contract where a person must act."""

    def __init__(self, type_: str, message: str) -> None:
        self.type = type_
        self.message = message
        super().__init__(f"{type_}: {message}")


class TooManySurveys(EngineFault):
    """As many surveys run as may at once; nothing was begun."""

    def __init__(self, most: int, caller: str = "") -> None:
        if caller:
            super().__init__(f"surveys that {caller} has asked for run, and more do not run at once: {most}")
        else:
            super().__init__(f"surveys that requests have begun run, and more do not run at once: {most}")


class EngineNotReady(EngineFault):
    """Temporal lacks something that only its operator can give; the message says what and how."""


class EmbeddedServerFailed(EngineFault):
    """The embedded server cannot be found, or did not come up."""


class PayloadKeysMalformed(EngineFault):
    """What is set as payload keys cannot be read, or is none. The message says where, never what stands there."""


class SigningKeysMissing(EngineFault):
    """No key is set that signs what passes through Temporal."""

    def __init__(self) -> None:
        super().__init__(
            "no signing key is set, and nothing passes through Temporal unsigned: put base64 of 32 random bytes into a "
            "file that API and worker read, and name it by ROTATOR_TEMPORAL_SIGNING_KEYS_FILE"
        )


class PayloadUnsigned(EngineFault):
    """A payload that this service did not send there: it is not signed, or its signature is of something else."""


class SigningKeyUnknown(PayloadUnsigned):
    """The key that signed a payload is not here."""

    def __init__(self, key_id: str, known: tuple[str, ...]) -> None:
        self.key_id = key_id
        super().__init__(
            f"it was signed with key {key_id}, and here are {', '.join(known)}; where that is a key of this service, "
            "add it to the signing keys (ROTATOR_TEMPORAL_SIGNING_KEYS_FILE), after the first"
        )


class PayloadUnreadable(EngineFault):
    """An encrypted payload that cannot be opened here. `key_id` names its key."""

    def __init__(self, key_id: str, message: str) -> None:
        self.key_id = key_id
        super().__init__(message)


class PayloadKeyUnknown(PayloadUnreadable):
    """The key that encrypted a payload is not here."""

    def __init__(self, key_id: str, known: tuple[str, ...]) -> None:
        self.known = known
        here = f"here are {', '.join(known)}" if known else "none are set here"
        super().__init__(
            key_id,
            f"a payload was encrypted with key {key_id}, and {here}; add that key to the payload keys "
            "(ROTATOR_TEMPORAL_PAYLOAD_KEYS_FILE), after the first",
        )


class PayloadAltered(PayloadUnreadable):
    """The key of a payload is here and does not open it."""

    def __init__(self, key_id: str) -> None:
        why = "it was altered or cut, or is of another workflow"
        super().__init__(key_id, f"a payload of key {key_id} is not as it was encrypted: {why}")


class InputUnread(EngineFault):
    """What a workflow was given cannot be read by this worker, and must not be passed over."""

    def __init__(self, what: str, why: str) -> None:
        super().__init__(f"{what} cannot be read here, and is waited for: {why}")


class RotationsUnsigned(EngineFault):
    """Rotations run that a version without signatures has begun."""

    def __init__(self, workflow_ids: Sequence[str]) -> None:
        self.workflow_ids = tuple(workflow_ids)
        super().__init__(
            f"{', '.join(workflow_ids)}: a version without signed payloads has begun this, and here nothing of it can "
            "be read. Let it end under that version, or terminate it and run rotator restore; or have it stand still, "
            "and serve all others, by ROTATOR_TEMPORAL_SERVE_UNSIGNED=true"
        )
