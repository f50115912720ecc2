"""The `rotator` command.

- `main`: every command
- `access`, `certificate`, `commands`, `notice`: what asks the API
- `terminal`: how the API is asked, and how answers are written
- `language`: texts, help and refusals in English or Czech
- `service`: `rotator up` and what belongs to its folder; `demo`: the whole product on this machine
"""
