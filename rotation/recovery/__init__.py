"""Disaster recovery, and the files that it rests on: what lies in one, and whether it can put a certificate back.

- `damage`, `held_certificate`: when it may be done, and which certificate clients hold
- `procedure`, `returned_clients`: its steps, and the clients that check in again
- `file`, `check`, `saved_file`: what lies in a recovery file, whether it helps, whether it was saved
"""
