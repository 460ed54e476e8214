"""Keeps the data of the embedded stack on disk: see docs/adr/0023 and main.py."""
