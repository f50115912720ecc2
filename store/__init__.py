"""What must not be lost: tables, repositories, encryption at rest, migrations, backups.

- `store`, `settings`, `backup`: the one object with everything, where it is kept, consistent copies while it is in use
- `progress`, `fault`: a rotation as people see it in lists; the root of everything that the store refuses
- `site`, `rotation`, `certificate`, `notice`: repositories, a room per concern
- `access`, `trail`, `audit`: identities and keys, the trails of sites and the service, whether they hold
- `kept_answers`: what requests with an idempotency key were answered
- `keys`: sealing what is secret; `database`: connections and transactions; `schema`: every table; `migrations`
"""
