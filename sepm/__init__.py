"""SEPM's edge.

- `port`: the calls to a site's SEPM, with or without REST; `access`: how to log on; `errors`: what can go wrong
- `failure_words`: why a port gave no answer
- `rest`: its REST API; `tls`: trusted certificates, and what its ports present; `offline`: what a console exports
- `recovery`: its recovery files; `clock`, `concurrency`, `instants`: time and calls, as this package needs them
"""
