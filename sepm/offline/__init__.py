"""Sites without REST: the console's export of clients, and Sylink.xml files."""
