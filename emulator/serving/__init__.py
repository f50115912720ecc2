"""The emulator as processes and ports: TLS, the client ports, the control API, and what it says when it is ready.

- `serve`, `clock`, `registration`: all of it on the wall clock, and the site as it would be registered
- `front`, `front_process`, `http_server`: TLS before REST, in a process of its own
- `ports`, `client_ports`: the ports that clients use
- `control`, `views`, `description`: the control API, the site as it really is, and what is printed at the start
"""
