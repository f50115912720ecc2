"""What can go wrong between us and Temporal, in words that say what to do."""

from rotation.values import RotationId, SiteId


class EngineFault(Exception):  # noqa: N818 - what went wrong is named by its subclasses: TemporalDown, SiteIsBusy
    """The root of everything below."""


class TemporalDown(EngineFault):
    """Temporal does not answer. Nothing is lost: running rotations go on when it is back."""

    def __init__(self, why: str) -> None:
        super().__init__(f"Temporal does not answer ({why}); running rotations go on when it is back. Try again")


class NoAnswer(EngineFault):
    """Temporal is there, and the worker has not answered in time: it is stopped, or still at work."""


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


class EngineNotReady(EngineFault):
    """Temporal lacks something that only its operator can give; the message says what and how."""


class EmbeddedServerFailed(EngineFault):
    """The embedded server cannot be found, or did not come up."""
