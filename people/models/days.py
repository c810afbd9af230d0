"""Days in constraints that stand for "no limit"."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Cast

#: PostgreSQL's day after all others. A range from here to here is empty, where one with NULL bounds would hold all days.
END_OF_DAYS = Cast(models.Value("infinity"), models.DateField())
