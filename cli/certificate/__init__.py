"""Commands about certificates and recovery files. Files are read on this machine, and no key leaves it."""
