"""The routes, as SEPM has them.

- `authentication`, `admin`, `replication`, `stats`: log-on, servers and version, partner sites, counts
- `groups`, `settings`, `policies`, `computers`: groups, their settings, policies, clients
"""
