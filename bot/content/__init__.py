"""Words: catalogues of messages, answer templates, and formats of numbers and times."""
