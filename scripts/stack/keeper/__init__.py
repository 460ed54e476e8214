"""Keeps the data of the embedded stack on disk: see docs/adr/0026 and main.py."""
