"""Clients that fall silent behind a replacement while a person is waited for (rule 22).

- `clients_beside`: when they are read, and what is shown of them
- `texts`: what a person reads of them, also where a gate has read them
"""
