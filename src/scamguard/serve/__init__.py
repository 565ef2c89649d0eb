"""A small HTTP service around one guard: judge, scan, report, and the dialects that existing bots already speak.

What is read sooner than it is handed over is read on the event loop; the rest is read in threads, so that the loop is never kept waiting.
Nothing of a message is ever logged, counted or kept.
"""
