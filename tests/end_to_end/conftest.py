"""What the tests of a real browser share."""

from tests.browsing import served

__all__ = ["served"]
