"""Measurements, side by side and in one run: `make bench`."""
