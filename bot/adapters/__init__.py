"""Fronts: each translates one platform to requests and replies, nothing else, and knows no other."""
