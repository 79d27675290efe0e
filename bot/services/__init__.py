"""Use cases: the only place where the engine and storage meet."""
