"""Moments, the dated facts of all that is published: lists and counts of those that a question asks for."""
