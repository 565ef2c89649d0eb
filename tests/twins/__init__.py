"""Slow, obviously right twins of the fast stages: strings, lists and sets in place of arrays and hash tables."""
