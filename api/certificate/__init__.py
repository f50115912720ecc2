"""Certificates: files, requests, orders at an authority, and keystores for SEPM's wizard. No key goes out."""
