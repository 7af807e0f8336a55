"""A service with two revisions, to test migrations with."""
