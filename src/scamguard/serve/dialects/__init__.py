"""Dialects: what bots that exist already ask and want to hear. One module each; a dialect translates and decides nothing."""
