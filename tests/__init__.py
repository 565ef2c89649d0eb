"""Tests of scamguard; a package, so that tests can share their twins by relative import."""
