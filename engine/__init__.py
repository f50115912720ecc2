"""How we speak to Temporal.

- `contract`: names and messages, all that workflows see
- `plugin`: what worker, API, tests and replayer share; `settings`, `search_attributes`, `ids`, `fault`
- `client`, `process`: starting and asking workflows; the embedded server, logs and metrics
- `interceptors`, `codec`: what stands before workflows and activities; values as payloads, signed and encrypted
"""
