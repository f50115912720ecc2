"""What the SDK's core tells: its log lines through ours, and its metrics for Prometheus where they are wanted."""

import logging

from temporalio.runtime import (
    LogForwardingConfig,
    LoggingConfig,
    PrometheusConfig,
    Runtime,
    TelemetryConfig,
    TelemetryFilter,
)


def runtime(metrics_address: str | None = None) -> Runtime:
    """The one runtime of a process.

    Args:
        metrics_address: `host:port` where Prometheus reads; no metrics are served when it is not given.
    """
    return Runtime(
        telemetry=TelemetryConfig(
            logging=LoggingConfig(
                # the core repeats itself several times a second through an outage; our own connect loop says it once
                filter=TelemetryFilter(core_level="ERROR", other_level="ERROR"),
                forwarding=LogForwardingConfig(logger=logging.getLogger("temporal.core")),
            ),
            metrics=PrometheusConfig(bind_address=metrics_address) if metrics_address else None,
        )
    )
