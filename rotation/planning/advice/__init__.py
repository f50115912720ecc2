"""What a plan tells a person: what is missing, by when it must begin, what could be shortened."""
