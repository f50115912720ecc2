"""SEPM's edge: REST client, payload models, certificate probe, certificate files, Sylink.xml."""
