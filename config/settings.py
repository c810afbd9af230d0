"""All settings. What may differ between machines comes from the environment (.env.example)."""

import os
import secrets
from contextlib import suppress
from pathlib import Path
from typing import Any

import dj_database_url
from django.core.exceptions import ImproperlyConfigured

from config import environment, logging
from config.db import embedded

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = embedded.var()


# Secrets and hosts


def _secret_key() -> str:
    """Return the key from the environment, or the one kept in var/, made on the first start."""
    if key := environment.text("SECRET_KEY"):
        if len(key) < 50 or len(set(key)) < 5:
            raise ImproperlyConfigured(
                "SECRET_KEY must have 50 characters or more, chosen at random."
            )
        return key
    file = VAR_DIR / "secret-key"
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        # Complete under another name first: a process that starts at the same time reads it whole.
        draft = file.with_name(f"secret-key.{os.getpid()}")
        draft.touch(mode=0o600)
        draft.write_text(secrets.token_urlsafe(48))
        with suppress(FileExistsError):  # the first one wins
            os.link(draft, file)
        draft.unlink()
        return file.read_text()
    except OSError as error:
        raise ImproperlyConfigured(
            f"SECRET_KEY is not set, and {file} cannot be used ({error.strerror})."
        ) from None


SECRET_KEY = _secret_key()
DEBUG = environment.switch("DEBUG", default=False)
ALLOWED_HOSTS = environment.words("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]")
CSRF_TRUSTED_ORIGINS = environment.words("CSRF_TRUSTED_ORIGINS")


# Browsers

# Off by default, since `make run` speaks plain HTTP; `check --deploy` complains until it is on.
HTTPS = environment.switch("HTTPS", default=False)
SECURE_SSL_REDIRECT = HTTPS
SESSION_COOKIE_SECURE = HTTPS
CSRF_COOKIE_SECURE = HTTPS
SECURE_HSTS_SECONDS = environment.number("HSTS_SECONDS", 0, at_least=0, at_most=63_072_000)
# Whether the neighbours under the same domain speak HTTPS is not ours to promise.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]
# Whose X-Forwarded-For and X-Forwarded-Proto are believed: anybody could send them.
TRUSTED_PROXIES = environment.networks("TRUSTED_PROXIES")
if TRUSTED_PROXIES:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SESSION_ENGINE = "config.sessions"
SESSION_COOKIE_AGE = 12 * 60 * 60  # a working day
SESSION_COOKIE_SAMESITE = "Lax"
X_FRAME_OPTIONS = "DENY"
# A treaty with 1,000 parties and 1,000 actions may be one form of the desk, with names in any script. Strangers send less: config/gate/bodies.py.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 40_000
DATA_UPLOAD_MAX_MEMORY_SIZE = 10 * 1024**2
# Bytes of an uploaded file, which is stored in the database until it is imported. Larger files are imported by command.
LARGEST_UPLOAD = 50 * 1024**2
FILE_UPLOAD_HANDLERS = [
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "config.uploads.NamelessFileUploadHandler",
]


# Parts

INSTALLED_APPS = [
    "config",  # first: its `migrate` command wins over Django's
    "records",  # what is named comes before what names it
    "people",
    "events",
    "agreements",
    "imports",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "pgtrigger",
    "pghistory",
    "axes",
    "config.desk.DeskConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
]

# Each costs every request some microseconds; see config/security.py for what the API leaves out.
MIDDLEWARE = [
    "config.db.pool.readers.readers_middleware",
    "config.security.trusted_proxies",  # before whatever asks for the client's address
    "config.api.middleware.ApiMiddleware",  # outside of the rest: nothing under /api/ fails as HTML
    "records.api.access.AccessMiddleware",
    "config.health.health_middleware",
    "django.middleware.security.SecurityMiddleware",
    "config.security.content_security_policy",
    "config.security.StaffSessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "config.security.StaffAuthenticationMiddleware",
    "config.security.StaffMessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "config.security.StaffHistoryMiddleware",
    "axes.middleware.AxesMiddleware",
]

# Requests are counted, and /metrics answers: to everybody who reaches it, so the proxy in front must not pass it on.
METRICS = environment.switch("METRICS", default=False)
if METRICS:
    MIDDLEWARE.insert(0, "config.metrics.MetricsMiddleware")
#: What /metrics reads of the database when it is asked.
METRICS_COLLECTORS = (
    "records.metrics.last_snapshot",
    "config.metrics.database",
    "records.metrics.feed",
    "imports.metrics.at_work",
)

#: Returns the tables that /readyz finds readable before it says so.
READINESS_TABLES = "records.readiness.tables"

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "config" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]


# Database


WORKERS = environment.workers()
THREADS = environment.threads()
# Set to 0 by manage.py: a command may take its time.
STATEMENT_TIMEOUT = environment.number("DATABASE_STATEMENT_TIMEOUT", 15, at_least=0, at_most=3600)
# For public reads: seconds after which one is given up. Staff, publishing and lists as a whole have the longer one.
READ_TIMEOUT = environment.number("DATABASE_READ_TIMEOUT", 3, at_least=0, at_most=3600)
EMBEDDED = not environment.text("DATABASE_URL")


def _database() -> dict[str, Any]:
    if EMBEDDED:
        database: dict[str, Any] = dict(embedded.main_server().django_settings())
    else:
        try:
            database = dict(dj_database_url.parse(environment.text("DATABASE_URL")))
        except ValueError:
            database = {}
        # GeoDjango's and the other backends of the same name are not ours.
        if database.get("ENGINE") != "django.db.backends.postgresql" or not database["NAME"]:
            raise ImproperlyConfigured(
                "DATABASE_URL must look like postgres://user:password@host:5432/name."
            )
        # As whom what is public is read: a role that can read nothing else (config/db/api_role.py).
        database["API_USER"] = environment.text("DATABASE_API_USER")
        database["API_PASSWORD"] = environment.text("DATABASE_API_PASSWORD")
    options = {
        "application_name": "chancery",
        "connect_timeout": 5,
        # A server that vanished without closing the connection is noticed within a minute.
        "keepalives_idle": 30,
        "keepalives_interval": 10,
        "keepalives_count": 3,
    }
    # Every trigger asks for this setting, and where it is missing pays for an error that is caught: several times the
    # cost of the row, and growing within a transaction (docs/decisions/0080).
    session = [
        "-c pgtrigger.ignore={}",
        # Indexes are in memory or on a disk without a head to move: reading a list off one costs little more than reading on.
        "-c random_page_cost=1.1",
        # A question of a few milliseconds is not worth another process.
        "-c max_parallel_workers_per_gather=0",
    ]
    if STATEMENT_TIMEOUT:
        session.append(f"-c statement_timeout={STATEMENT_TIMEOUT}s")
    options["options"] = " ".join(session)
    return {
        **database,
        "ENGINE": "config.db.pool",
        "OPTIONS": {**options, **database.get("OPTIONS", {})},
    }


DATABASES = {"default": _database()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Who changed what: reading changes nothing, so reading requests carry no context.
PGHISTORY_MIDDLEWARE_METHODS = ("POST", "PUT", "PATCH", "DELETE")


# Staff accounts

# on: nobody publishes what they wrote themselves.
SECOND_PERSON = environment.switch("SECOND_PERSON", default=False)
#: Where a log-in leads that names another site, or no page at all.
LOGIN_REDIRECT_URL = "admin:index"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
AXES_FAILURE_LIMIT = 10
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_TEMPLATE = "admin/locked_out.html"
AXES_HANDLER = "config.logins.LoginAttempts"
AXES_CLIENT_IP_CALLABLE = "config.logins.client_address"
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]  # and more that the handler counts
# What is refused is not counted, or an attacker who goes on trying would keep a curator out.
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False


# Language and time: API timestamps are UTC everywhere.

LANGUAGE_CODE = "en-gb"
USE_I18N = False
USE_TZ = True
TIME_ZONE = "UTC"
FORMAT_MODULE_PATH = "config.formats"
FORM_RENDERER = "config.form_html.FormHtml"


# Files

STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"  # only for a web server that wants the files: `collectstatic`


# Where `manage.py snapshot` writes, and from where snapshots are served.
SNAPSHOTS_DIR = Path(environment.text("SNAPSHOTS_DIR") or VAR_DIR / "snapshots").resolve()


# Log

LOGGING = logging.configuration(
    style=environment.choice("LOG_FORMAT", "text", of=("text", "json")),
    level=environment.choice("LOG_LEVEL", "INFO", of=("DEBUG", "INFO", "WARNING", "ERROR")),
)


# API: what the names below mean is said in config/api.

REST_FRAMEWORK: dict[str, Any] = {
    # Reading is open to all; keys are read before any view (records/api/access.py).
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_PERMISSION_CLASSES": [],
    "UNAUTHENTICATED_USER": None,
    # Output formats, the default first.
    "DEFAULT_RENDERER_CLASSES": [
        "config.api.formats.Json",
        "config.api.downloads.Csv",
        "config.api.downloads.Ndjson",
    ],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "config.api.formats.StrictNegotiation",
    "DEFAULT_METADATA_CLASS": None,
    "DEFAULT_SCHEMA_CLASS": "config.api.schema.ApiSchema",
    "EXCEPTION_HANDLER": "config.api.problems.handle",
}
# What a caller may use in a window of so many seconds, in units: an address, and a key. 0: no limit.
RATE_LIMIT_ANONYMOUS = environment.number(
    "RATE_LIMIT_ANONYMOUS", 60_000, at_least=0, at_most=1_000_000_000
)
RATE_LIMIT_KEYED = environment.number(
    "RATE_LIMIT_KEYED", 600_000, at_least=0, at_most=1_000_000_000
)
RATE_LIMIT_SECONDS = environment.number("RATE_LIMIT_SECONDS", 60, at_least=1, at_most=86_400)
# Processes that count together, over all hosts: what each may use without the others' knowledge follows from it.
RATE_LIMIT_PROCESSES = environment.number(
    "RATE_LIMIT_PROCESSES", WORKERS, at_least=1, at_most=10_000
)
# How long `count=exact`, or a question for counts, may take before it is given up.
EXACT_COUNT_MILLISECONDS = environment.number(
    "EXACT_COUNT_MILLISECONDS", 2000, at_least=1, at_most=600_000
)
# How many records counts are made of, as the time that reading them takes on a common processor; more are refused.
COUNTS_MILLISECONDS = environment.number("COUNTS_MILLISECONDS", 20, at_least=1, at_most=60_000)

SPECTACULAR_SETTINGS: dict[str, Any] = {
    "TITLE": "Chancery",
    "DESCRIPTION": (
        "Who met whom, in which capacity, what was said and agreed: diplomatic records, each with its sources.\n\n"
        "Everything is read-only and as published. Lists are paged by cursor; parameters are strict: what is unknown,"
        " empty or malformed is answered with a problem that lists all faults at once.\n\n"
        "A request costs one unit of the caller's rate limit, unless it says otherwise; an answer of 304 costs nothing."
    ),
    "VERSION": "1.0.0",
    "SERVERS": [{"url": "/", "description": "The server that this description comes from."}],
    "CONTACT": {
        name: value
        for name, value in (
            ("name", environment.text("CONTACT_NAME", "The operator of this server")),
            ("url", environment.text("CONTACT_URL")),
            ("email", environment.text("CONTACT_EMAIL")),
        )
        if value
    },
    "LICENSE": {
        name: value
        for name, value in (
            ("name", environment.text("DATA_LICENCE", "As stated by each source, in `licence`")),
            ("url", environment.text("DATA_LICENCE_URL")),
        )
        if value
    },
    "OAS_VERSION": "3.1.0",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SORT_OPERATIONS": False,
    "POSTPROCESSING_HOOKS": ["config.api.components.finish"],
}
