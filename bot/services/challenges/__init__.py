"""Challenges: competitions on paper that rank who survives."""
