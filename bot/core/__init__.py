"""The vocabulary of a conversation: it knows no platform and no database."""
