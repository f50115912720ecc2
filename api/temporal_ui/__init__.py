"""The Temporal UI: who may look at it, and what it asks of the API.

- `door`, `ui_proxy`, `door_server`: the UI of `rotator up` behind a log-in, for looking
- `codec`: payloads in clear text
- `codec_login`, `company_login`, `attempts`, `login_page`, `sessions`: the log-in for both
"""
