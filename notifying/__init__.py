"""How people are called: messages in words, and the channels that they go over.

- `sink`, `errors`, `settings`: a channel as a port of one call, what it refuses by, where it may go
- `addresses`: names are resolved and checked at each connection, which then goes to that very address
- `webhook`, `signature`, `mail`, `syslog`: the channels
- `wording`, `document`, `chat`, `links`: a message in English or Czech, for programs, for chat, and where it leads to
"""
