"""Keys of the API and log-ins: who may use it, which key this person presents, and single requests of scripts.

- `key`, `login`, `subject`: `rotator key`, `rotator login` and `whoami`, `rotator subject`
- `api`: `rotator api`, one request of a script
"""
