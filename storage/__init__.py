"""Tables, the archive of bytes, leases, outbox rows and the search index: the only SQL of On Record."""
