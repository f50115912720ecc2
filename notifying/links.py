"""Where a message leads to: the task, the rotation or the site that it is about."""

from rotation.notice.notice import Notice

_BELOW = "/v1"
"""Below it the service shows tasks, rotations and sites."""


def link_of(notice: Notice, service: str) -> str:
    """The address of what a notice is about; that of the service where it is about none."""
    base = service.rstrip("/")
    if notice.task_id:
        return f"{base}{_BELOW}/tasks/{notice.task_id}"
    if notice.rotation_id:
        return f"{base}{_BELOW}/rotations/{notice.rotation_id}"
    return f"{base}{_BELOW}/sites/{notice.site_id}" if notice.site_id else f"{base}/"
