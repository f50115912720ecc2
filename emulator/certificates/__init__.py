"""Server certificates of an emulated site: made, read from files, and kept in recovery files.

- `certificates`, `keys`, `keyfiles`, `recovery`: made, their RSA keys, read as the wizard does, recovery files
"""
