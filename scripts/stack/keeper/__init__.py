"""Keeps the data of the embedded stack on disk: see docs/adr/0027 and main.py."""
