"""Which certificates of a SEPM are trusted, and looking at what a port presents.

- `trust`, `transport`: which certificates are trusted, and the transport that checks it
- `handshakes`: each handshake is reported
- `probe`, `port_look`: a server's client ports, and any port with a certificate
"""
