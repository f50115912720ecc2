"""Certificates: files, requests, orders at an authority, and keystores for SEPM's wizard. No key goes out.

- `certificates`, `certificate_document`, `key_destruction`: `/v1/certificates`, and the end of a private key
- `certificate_requests`, `request_document`: requests that a CA signs
- `certificate_orders`, `order_document`: orders at the company's authority
- `keystores`, `keystore_document`, `keystore_file`: files that SEPM's wizard takes
"""
