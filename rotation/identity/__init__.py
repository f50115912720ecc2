"""Persons and programs that the service knows: their names, their roles, and what each role may do.

- `identity`, `name`, `log_in`: who asks, by a key or by the company's log-in
- `permission`, `two_persons`: what each role may do, and what takes two persons
"""
