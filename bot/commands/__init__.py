"""Commands: declarations and handlers, one subject a file."""
