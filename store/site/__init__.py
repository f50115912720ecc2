"""What is known of sites: registration, surveys, the roster of clients, contacts, sightings, operators' statements.

- `sites`, `access`, `site_changes`, `site_version`: registration, log-on, changes by people, what a caller has read
- `surveys`, `reading`, `roster`: what was read, and every client ever seen
- `contacts`, `fingerprints`, `inventory`, `http_reach`: connections, trusted fingerprints, ports, networks
- `console`: sites without REST
"""
