"""The emulator as processes and ports: TLS, the client ports, the control API, and what it says when it is ready."""
