"""Which networks let plain HTTP through, as a script on the clients has asked (rule 24)."""
