"""Logs as JSON lines on standard error: ours, the SDK's and every library's, in one form and without secrets."""

import logging
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog
from temporalio import activity, workflow

_SECRET_WORDS = ("password", "passphrase", "secret", "token", "authorization", "api_key", "key_pem", "private")
_HIDDEN = "**********"
_LOUD = ("httpx", "httpcore", "alembic", "aiosqlite", "sqlalchemy.engine")


def log_as_json(process: str, level: int = logging.INFO) -> None:
    """Send every log line of this process to standard error as one JSON object that names `process`."""

    def named(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        event["process"] = process
        return event

    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(allow=("temporal_workflow", "temporal_activity")),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        named,
        without_secrets,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                structlog.processors.JSONRenderer(default=str),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    for name in _LOUD:
        logging.getLogger(name).setLevel(logging.WARNING)
    # the ids of a workflow are fields of the line; repeated in its text they would be noise
    workflow.logger.workflow_info_on_message = False
    activity.logger.activity_info_on_message = False


def without_secrets(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """The event with stars for every value whose name says that it is a secret, however deep it lies."""
    return {name: _shown(name, value) for name, value in event.items()}


def _shown(name: str, value: Any) -> Any:
    if any(word in name.lower() for word in _SECRET_WORDS):
        return _HIDDEN
    if isinstance(value, dict):
        return {str(key): _shown(str(key), each) for key, each in value.items()}
    return value
