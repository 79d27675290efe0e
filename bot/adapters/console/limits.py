"""Numbers of the terminal."""

WIDTH = 88
LEAST_WIDTH = 20
WIDEST_CARD = 100
WIDEST_LABEL = 36
LONGEST_LINE = 65_536
"""Bytes of one line that are kept: far over what the router reads, so that a longer line is still refused as long."""
LINES_AHEAD = 64
MESSAGES_KEPT = 500
MOST_DAYS = 366
