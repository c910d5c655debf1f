"""Loaded by every Python that a test starts (tests/conftest.py puts this folder on PYTHONPATH): the same guard."""

from tests.network import install

install()
