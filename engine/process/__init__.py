"""Processes: the embedded server and its namespace, logs, metrics, ports, and a tie to the process that started one.

- `embedded`, `namespace`: the embedded server, and how long it remembers
- `logs`, `telemetry`: logs and metrics
- `ports`, `tether`: free ports, and the end of a process with the one that started it
"""
