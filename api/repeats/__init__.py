"""Requests that are sent again with their `Idempotency-Key`: each has one effect, and the caller gets its answer.

- `request_key`: the key of a request, from which the ids of what it makes follow
- `operations`: what each operation does when its request may have had its effect
- `known_operations`: which operation a request asks for, before its route runs
- `repeated_requests`: the middleware; `earlier_requests` has what it answers, `held_answer` what it keeps
- `key_header`: what OpenAPI says of it
"""
