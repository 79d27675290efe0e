"""Measured figures, each beside a rival in the same run."""
