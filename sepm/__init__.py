"""SEPM's edge.

- `port`: what is asked of a site's SEPM, whoever answers; `access`: how to get into it; `errors`: what can go wrong
- `rest`: its REST API; `tls`: whom it is trusted as, and what its ports present; `offline`: what a console exports
- `recovery`: its recovery files; `clock`, `concurrency`, `instants`: time and calls, as this package needs them
"""
