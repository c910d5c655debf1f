"""Measurements, written to docs/: what is found and missed (quality), what it costs (run). Not part of the program."""
