"""What runs in the worker process: only here is matplotlib imported, and only the worker imports this."""
