"""Clients: what each holds, its heartbeats, its machine and network, and who has lost the site."""
