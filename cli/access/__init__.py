"""Keys of the API and log-ins: who may use it, which key this person presents, and single requests of scripts."""
