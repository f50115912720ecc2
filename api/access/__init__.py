"""Who has a key: the identities of persons and programs.

- `keys`, `key_document`: `/v1/keys`, `/v1/whoami`
- `subjects`, `subject_document`: `/v1/subjects`, persons and programs of the company's log-in
"""
