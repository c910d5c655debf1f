"""Read-only pages over the archive, on loopback unless told otherwise."""
