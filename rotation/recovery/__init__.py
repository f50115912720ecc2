"""Disaster recovery, and the files that it rests on: what lies in one, and whether it can put a certificate back."""
