"""What is known of sites: registration, surveys, the roster of clients, contacts, sightings, operators' statements."""
