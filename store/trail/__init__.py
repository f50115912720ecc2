"""The trail of each site and of the service, and the heads of all trails outside of the database."""
