"""How we speak to Temporal: contract, plugin, client, search attributes, the embedded server."""
