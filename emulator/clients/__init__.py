"""Clients: what each holds, its heartbeats, its machine and network, and who has lost the site.

- `contact`: a heartbeat: the client chooses a server, accepts or rejects its certificate, takes or rejects the policy
- `certificate_checks`: what some switches have a client check of a certificate beside that
- `client`, `fleet`: what one client holds; all of them
- `machines`, `ways`: machines that come or go back; which clients have a way to their site
- `verdict`: which clients have lost the site or refuse what it publishes, read from what heartbeats have left
"""
