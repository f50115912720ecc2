"""Identities and their keys: of a key only a keyed hash is kept.

- `identities`, `api_key`, `key_text`, `revocation`: identities, their keys, and keys that are revoked
- `subjects`, `wishes`: subjects of the company's log-in, and what waits for a second person;
  `stated_wishes`: the same as the trail states it
- `stated_rows`: a row counts as the trail states it
"""
