"""Settings from the environment: safe by default, refused when wrong, all of them documented."""

import re

import pytest

from config import environment
from config.db import embedded

SETTINGS = "from config import settings as s; print("


@pytest.mark.parametrize(
    ("name", "value", "complaint"),
    [
        ("DEBUG", "maybe", "DEBUG must be on or off, not 'maybe'."),
        ("HTTPS", "2", "HTTPS must be on or off, not '2'."),
        ("HSTS_SECONDS", "-1", "HSTS_SECONDS must be a whole number from 0 to 63072000, not '-1'."),
        ("THREADS", "many", "THREADS must be a whole number from 1 to 64, not 'many'."),
        ("THREADS", "٤", "THREADS must be a whole number from 1 to 64, not '٤'."),
        ("RATE_LIMIT_SECONDS", "0", "RATE_LIMIT_SECONDS must be a whole number from 1 to 86400, not '0'."),
        ("TRUSTED_PROXIES", "10.0.0.1/8", "TRUSTED_PROXIES must list addresses or networks, such as 10.0.0.0/8: 10.0.0.1/8 has host bits set."),
        ("TRUSTED_PROXIES", "proxy", "TRUSTED_PROXIES must list addresses or networks, such as 10.0.0.0/8: 'proxy' does not appear to be an IPv4 or IPv6 network."),
        ("METRICS", "yes please", "METRICS must be on or off, not 'yes please'."),
        ("LOG_FORMAT", "xml", "LOG_FORMAT must be one of text, json, not 'xml'."),
        ("SECRET_KEY", "short", "SECRET_KEY must have 50 characters or more, chosen at random."),
        ("SECRET_KEY", "x" * 60, "SECRET_KEY must have 50 characters or more, chosen at random."),
        ("DATABASE_URL", "sqlite:///file", "DATABASE_URL must look like postgres://user:password@host:5432/name."),
        ("DATABASE_URL", "nonsense", "DATABASE_URL must look like postgres://user:password@host:5432/name."),
    ],
)  # fmt: skip
def test_a_wrong_value_is_refused_in_one_line_that_names_it(python, name, value, complaint):
    done = python("manage.py", "check", **{name: value})

    assert (done.returncode, done.stderr) == (1, f"Chancery: {complaint}\n")


def test_an_empty_value_means_the_default(python):
    done = python("-c", SETTINGS + "s.DEBUG, s.THREADS, s.ALLOWED_HOSTS)", DEBUG="", THREADS=" ")

    assert done.stdout.strip() == "False 16 ['localhost', '127.0.0.1', '[::1]']", done.stderr


def test_a_secret_key_is_made_once_and_kept_from_others(python, var):
    keys = {python("-c", SETTINGS + "s.SECRET_KEY)").stdout for _ in range(2)}

    assert len(keys) == 1
    assert len(keys.pop().strip()) >= 50
    assert (var / "secret-key").stat().st_mode & 0o777 == 0o600
    assert [path.name for path in var.iterdir()] == ["secret-key"]


def test_the_checks_for_deployment_pass_with_production_variables(python):
    production = {
        "DATABASE_URL": "postgres://chancery:secret@db.example.org/chancery",
        "DATABASE_API_USER": "chancery_api",
        "HTTPS": "on",
        "HSTS_SECONDS": "31536000",
        "ALLOWED_HOSTS": "records.example.org",
    }

    done = python("manage.py", "check", "--deploy", "--fail-level", "WARNING", **production)

    assert done.returncode == 0, done.stderr


def test_requests_have_a_time_limit_in_the_database_and_commands_have_none(python):
    show = "from django.db import connection as c; r = c.cursor(); r.execute('SHOW statement_timeout'); print(r.fetchone()[0])"
    setup = "import django; django.setup(); "

    as_command = python("manage.py", "shell", "--no-imports", "-c", show)
    as_server = python("-c", setup + show, DJANGO_SETTINGS_MODULE="config.settings")

    assert as_command.stdout.split() == ["0"], as_command.stderr
    assert as_server.stdout.split() == ["15s"], as_server.stderr


def test_options_of_the_database_url_win_over_ours(python):
    done = python(
        "-c",
        SETTINGS + "s.DATABASES['default']['HOST'], s.DATABASES['default']['OPTIONS'])",
        DATABASE_URL="postgres://u:p@/name?host=/run/postgresql&connect_timeout=2",
    )

    assert "/run/postgresql" in done.stdout, done.stderr
    assert "'connect_timeout': 2" in done.stdout.replace("'2'", "2")


def test_a_log_line_in_json_has_the_request_id(python):
    code = (
        "import django; django.setup(); import logging; from config.logging import request_id; "
        "request_id.set('abc'); logging.getLogger('x').warning('said %s', 1)"
    )

    done = python("-c", code, DJANGO_SETTINGS_MODULE="config.settings", LOG_FORMAT="json")

    assert (
        '"level": "WARNING", "logger": "x", "request_id": "abc", "message": "said 1"' in done.stderr
    )


def test_every_variable_that_is_read_is_in_the_example_and_the_other_way_round():
    sources = [path.read_text() for path in (embedded.PROJECT / "config").rglob("*.py")]
    readers = "|".join(
        name for name, value in vars(environment).items() if callable(value) and name[0].islower()
    )
    call = rf'(?:environment\.|return )(?:{readers})\(\s*"([A-Z_]+)"|environ\.get\("([A-Z_]+)"'
    read = {a or b for source in sources for a, b in re.findall(call, source)}
    example = (embedded.PROJECT / ".env.example").read_text()

    assert sorted(read) == sorted(re.findall(r"^([A-Z_]+)=", example, re.MULTILINE))


def test_the_example_is_accepted_as_it_is(python):
    example = (embedded.PROJECT / ".env.example").read_text()
    variables = dict(re.findall(r"^([A-Z_]+)=(.*)$", example, re.MULTILINE))
    del variables["CHANCERY_VAR"]

    done = python("manage.py", "check", **variables)

    assert done.returncode == 0, done.stderr
