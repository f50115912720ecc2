"""The `rotator` command.

- `main`: every command
- `commands`, `certificate`: what asks the API; `terminal`: how it is asked, and how answers are written
- `service`: `rotator up` and what belongs to its folder; `demo`: the whole product on this machine
"""
