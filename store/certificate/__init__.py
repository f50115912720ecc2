"""Certificates with their keys, requests for them, orders at an authority, and keystores on their way to a person.

- `certificates`, `key_destruction`, `keystores`: certificates, the end of a key, keystores that are handed out once
- `certificate_requests`, `certificate_orders`, `issuer_accounts`: requests, orders, and accounts at authorities
"""
