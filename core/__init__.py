"""Types and pure functions of On Record: no network, no database, no clock, no files."""
