"""Filings: what a regulator's lists say was filed, where each stands, and the items a long one is divided into. Pure."""
