"""Benchmarks: how fast scamguard is beside others on the same messages, what it costs to start, and how cost grows.

``python -m benchmarks.run`` does it all and writes ``results/*.json``; docs/benchmarks.md says how.
"""
