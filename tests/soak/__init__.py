"""`make soak`: the service under load and faults for half an hour, and whether it kept what it promised (docs/soak.md)."""
