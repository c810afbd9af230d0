"""A column and an index more for the table that is read and written most."""  # noqa: N999 - a migration is called as its file is

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False  # an index cannot be built concurrently in a transaction
    dependencies = [("events", "0001_initial")]
    operations = [
        migrations.AddField(
            "eventedition",
            "is_tried",
            # With a default in the database, since the code that runs meanwhile does not know the column.
            models.BooleanField(db_default=False),
        ),
        AddIndexConcurrently(
            "eventedition", models.Index(fields=["is_tried", "record_id"], name="event_by_trial")
        ),
    ]
