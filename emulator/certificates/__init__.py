"""Server certificates of an emulated site: made, read from files, and kept in recovery files."""
