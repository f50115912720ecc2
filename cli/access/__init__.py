"""Keys of the API and log-ins: who may use it, and which key this person presents."""
