"""Torture: what a stranger, a full disk, a kill and a long day do to scamguard. `make torture` runs it and writes docs/robustness.md."""
