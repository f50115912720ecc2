"""What every route has in common: the guard before it, refusals as problems, bounds of a request, what OpenAPI says.

- `guard`, `allowed`: keys and tokens are judged, and the permission that each route asks for
- `caller`, `authors`: who makes a request, and its author on trails
- `company`, `wrong_keys`: identities of the company's log-in; callers whose keys do not count
- `body_limit`, `storable_text`, `cross_origin`: bounds of bodies, texts that no database keeps, pages of other origins
- `problems`, `faults`, `invalid`, `described_refusals`: refusals as problems, and what the description has of them
- `second_person`: acts that take two identities
- `health`: `/healthz`
"""
