"""People and what is kept of them: one person on two platforms, the export of everything, being forgotten."""
