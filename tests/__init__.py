"""The tests of On Record: unit, contract (every adapter alike), end_to_end, docs."""
