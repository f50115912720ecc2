"""The API's description. What it has of refusals is in `api.http.described_refusals`.

- `additions`: how the description gets what FastAPI does not make of the routes
- `description`: what OpenAPI says of all operations alike, with `examples.json`
- `described_answers`: what it says of answers that may be of several models
- `moves`: what it says of each move of a rotation
- `served_description`: the description as it is served, written once for all callers
"""
