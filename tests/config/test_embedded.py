import pytest
from django.db import connection


@pytest.mark.django_db
def test_tests_run_on_the_test_server():
    with connection.cursor() as cursor:
        cursor.execute("SHOW fsync")
        assert cursor.fetchone() == ("off",)
