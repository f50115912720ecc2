"""How people are called: messages in words, and the channels that they go over.

- `sink`, `errors`, `settings`: a channel as a port of one call, what it refuses by, where it may go
- `addresses`: names are resolved and checked at each connection, which then goes to that very address
- `webhook`, `signature`, `mail`, `syslog`: the channels
- `wording`, `document`, `chat`, `links`: a message in English or Czech, for programs, for chat, and where it leads to
- `titles`: of each kind of notice, its title and what is asked of people

A new channel touches five places, and its own module here:

1. `rotation.notice.channel`: its target, as values, in the union `Target`
2. `sink`: the sink of that target, and where it leads to
3. `service.notices.channels`: which secret it needs
4. `cli.notice.target`: the address by which a person names it
5. the API's description, which follows from the target: `make openapi`; docs/admin/notifications.md
"""
