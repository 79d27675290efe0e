"""Marginalia: a paper-trading bot that teaches futures margin."""
