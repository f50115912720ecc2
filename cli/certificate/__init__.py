"""Commands about certificates and recovery files. Files are read on this machine, and no key leaves it.

- `certificates`, `certificate_check`: `rotator certificate`, and a file checked on this machine
- `certificate_requests`, `certificate_orders`: requests that a CA signs, and orders at the company's authority
- `recovery`, `recovery_inspection`: `rotator recovery`
"""
