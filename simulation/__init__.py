"""The very rotation code on simulated time, against an emulated site: what would happen, before anything is touched."""
