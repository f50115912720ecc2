"""Processes: the embedded server and its namespace, logs, metrics, ports, and a tie to the process that started one."""
