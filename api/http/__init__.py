"""What every route has in common: the guard before it, refusals as problems, bounds of a request, what OpenAPI says.

- `guard`, `allowed`, `caller`, `authors`: who asks, what each route lets, who is asking, who is on the trail
- `company`, `wrong_keys`: identities of the company's log-in; callers whose keys do not count
- `body_limit`, `storable_text`, `cross_origin`: bounds of bodies, texts that no database keeps, pages of other origins
- `problems`, `faults`, `invalid`, `described_refusals`: refusals as problems, and what the description has of them
- `second_person`: acts that take two identities
- `health`: `/healthz`
"""
