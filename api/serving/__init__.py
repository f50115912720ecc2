"""The API as a server: where it listens, with TLS of its own or behind a proxy, and how long it waits for a caller.

- `listening`: which addresses may be served, and how; `command`: `python -m api`
- `timed_protocol`: HTTP/1.1 whose callers may not be slow without end
- `request_target`: what a request asks for, and how large its head may be
- `early_answers`: what it answers where the application is not asked
"""
