"""The API's description.

- `additions`: how the description gets what FastAPI does not make of the routes
- `description`: what OpenAPI says of all operations alike, with `examples.json`
- `described_answers`: what it says of answers that may be of several models
- `served_description`: the description as it is served, written once for all callers
"""
