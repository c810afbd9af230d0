"""One form of dates and times for all pages of the desk. Times are UTC, and say so."""

DATE_FORMAT = "j M Y"
TIME_FORMAT = "H:i"
DATETIME_FORMAT = r"j M Y, H:i \U\T\C"
