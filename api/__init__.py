"""The REST API: a room per resource, with what all have in common in `http`.

The API is transport: what it does is in `service`, and it touches neither SEPM nor an activity.

- `app`, `parts`, `settings`: the application, what its routes work with, how it is guarded and how long it waits
- `service_checks`: what this process has last found out about the service
- `http`: refusals, the guard, bounds of a request, OpenAPI; `manners`: what every answer has in common
- `repeats`: idempotency keys, by which a request that comes again has no second effect
- `serving`: the API as a server
- `site`, `certificate`, `plan`, `rotation`, `events`, `task`, `access`, `audit`, `notice`: a room per resource,
  with its documents
- `pages`: the same for people, as pages
- `standing`: the service about itself; `temporal_ui`: what the Temporal UI asks
- `calendar`, `languages`: what is due; answers in the language of the caller
- `__main__`: `python -m api`
"""
