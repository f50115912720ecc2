"""The company's certificate authority: a small port, and ACME behind it.

- `issuer`, `errors`, `settings`, `configured`: the port, what can go wrong, which authority the settings name
- `acme_issuer`, `acme_exchange`, `dns_proof`: ACME, its signed requests, proofs in DNS
"""
