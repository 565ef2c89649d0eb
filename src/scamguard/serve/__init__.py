"""A small HTTP service around one guard: judge, scan, report, and the dialects that existing bots already speak.

Scoring runs in threads, so the event loop only moves bytes; messages that arrive while others are being read are read together.
Nothing of a message is ever logged, counted or kept.
"""
