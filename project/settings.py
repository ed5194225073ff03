"""Settings of one deployment, read from the environment; docs/reference/settings.md lists them.

Without any variable they are those of production, and incomplete. `manage.py` turns on development.
"""

from functools import partial
from pathlib import Path
from typing import Any

import django
from django.core.exceptions import ImproperlyConfigured

from project import csp, environment
from project.environment import env, names_set, secret
from project.observability import logs

BASE_DIR = Path(__file__).resolve().parent.parent

DEBUG: bool = env.bool("DEBUG", default=False)


SECRET_KEY: str = secret("SECRET_KEY", environment.development_key(BASE_DIR) if DEBUG else "")
ALLOWED_HOSTS: list[str] = env.list(
    "ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"] if DEBUG else []
)
for name, value in {"SECRET_KEY": SECRET_KEY, "ALLOWED_HOSTS": ALLOWED_HOSTS}.items():
    if not value:
        raise ImproperlyConfigured(
            f"{name} must be set in production. For development, set DEBUG=true."
        )
CSRF_TRUSTED_ORIGINS: list[str] = env.list("CSRF_TRUSTED_ORIGINS", default=[])

INSTALLED_APPS = [
    "project",
    "schema",
    "notifications",
    "corsheaders",
    "strawberry_django",
    "django_tasks_db",
    *([] if django.VERSION >= (6,) else ["django_tasks"]),
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
]
# One of OpenTelemetry's own variables, which its library reads, too.
TRACES: bool = "OTEL_EXPORTER_OTLP_ENDPOINT" in env.ENVIRON
JSON_LOGS: bool = env.bool("JSON_LOGS", default=not DEBUG)
if JSON_LOGS:
    LOGGING = logs.JSON
# Listed origins may use the API, with bearer tokens. Cookies must be allowed in addition.
CORS_ALLOWED_ORIGINS: list[str] = env.list("CORS_ALLOWED_ORIGINS", default=[])
CORS_ALLOW_CREDENTIALS: bool = env.bool("CORS_ALLOW_CREDENTIALS", default=False)
CORS_URLS_REGEX = r"^/graphql/$"
CORS_ALLOW_METHODS = ["POST"]
CORS_ALLOW_HEADERS = ["accept", "authorization", "content-type", "x-csrftoken"]
CORS_EXPOSE_HEADERS = ["retry-after", "www-authenticate", "x-request-id"]

MIDDLEWARE = [
    "schema.http.request_ids.RequestIdMiddleware",
    "project.observability.health.HealthMiddleware",
    "project.observability.middleware.ObservabilityMiddleware",
    "django.middleware.security.SecurityMiddleware",
    *(["corsheaders.middleware.CorsMiddleware"] if CORS_ALLOWED_ORIGINS else []),
    # The server for development finds static files in the apps.
    *([] if DEBUG else ["whitenoise.middleware.WhiteNoiseMiddleware"]),
    csp.MIDDLEWARE,
    "project.middleware.BodyMiddleware",
    "schema.auth.bearer.BearerMiddleware",
    "project.accounts.devices.DeviceMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "project.accounts.sign_in.SignInThrottleMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
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
globals().update(csp.SETTINGS)
ROOT_URLCONF = "project.urls"
WSGI_APPLICATION = "project.wsgi.application"
ASGI_APPLICATION = "project.asgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

DATABASES = {"default": environment.database("DATABASE_URL", BASE_DIR)}

# Counters of rates: in each process, unless there is a cache that all processes share.
CACHES = {"default": environment.cache("CACHE_URL")}

AUTHENTICATION_BACKENDS = [
    "project.accounts.sign_in.SignInThrottle",
    "project.accounts.backends.UserBackend",
    "project.accounts.backends.GroupManagerBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{validator}"}
    for validator in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
SESSION_ENGINE = "project.accounts.sessions"
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "login"

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("de", "Deutsch")]
TIME_ZONE = "UTC"
USE_TZ = True
# Without JavaScript, the settings page posts a field for each cell of a group.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 10_000
# Seconds within which the body of a request must arrive, in project/rsgi.py and project/asgi.py.
BODY_TIMEOUT: float = env.float("BODY_TIMEOUT", default=20)
STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "static"

if not DEBUG:
    STORAGES = {
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
        "staticfiles": {"BACKEND": "whitenoise.storage.CompressedStaticFilesStorage"},
    }
    SECURE_SSL_REDIRECT: bool = env.bool("SECURE_SSL_REDIRECT", default=True)
    SECURE_HSTS_SECONDS: int = env.int("SECURE_HSTS_SECONDS", default=30 * 24 * 3600)
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True
    if env.bool("BEHIND_TLS_PROXY", default=False):
        SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
# Only the owner of the domain knows whether its other hosts use HTTPS alone.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]

# Bearer tokens are accepted once any of these is set. A system check reports the missing ones.
BEARER = {
    "ISSUER": env.str,
    "AUDIENCE": env.str,
    "ALGORITHMS": env.list,
    "KEY": partial(env.str, multiline=True),
    "JWKS_URL": env.str,
    "CLAIM": env.str,
    "USER_FIELD": env.str,
    "LEEWAY": env.int,
}
NOTIFICATION_BEARER = {
    name: BEARER[name](f"BEARER_{name}") for name in names_set("BEARER_", BEARER)
}

# Rates of mutations and of attempts to sign in. schema/auth/rates.py has the defaults.
RATES = (
    "MUTATIONS_PER_ACCOUNT",
    "MUTATIONS_PER_ADDRESS",
    "SIGN_INS_PER_ACCOUNT",
    "SIGN_INS_PER_ACCOUNT_ANYWHERE",
    "SIGN_INS_PER_DEVICE",
    "SIGN_INS_PER_ADDRESS",
    "PASSWORD_CHANGES_PER_ACCOUNT",
    "PASSWORD_RESETS_PER_ACCOUNT",
    "PASSWORD_RESETS_PER_ADDRESS",
)
NOTIFICATION_RATES: dict[str, Any] | None = {
    "TRUSTED_PROXIES": env.int("TRUSTED_PROXIES", default=0),
    **{name: env.str(f"RATE_{name}") for name in names_set("RATE_", RATES)},
}

# The header in which a proxy sends an id with each request, where one does.
NOTIFICATION_REQUEST_ID_HEADER: str = env.str("REQUEST_ID_HEADER", default="")

# Introspection, and the documents that the API executes.
NOTIFICATION_GRAPHQL = {
    "INTROSPECTION": env.bool("INTROSPECTION", default=DEBUG),
    "TRUSTED_DOCUMENTS": env.str("TRUSTED_DOCUMENTS", default=""),
    "TRUSTED_DOCUMENTS_ONLY": env.bool("TRUSTED_DOCUMENTS_ONLY", default=False),
}

# Bytes that the caches of a process may use together.
NOTIFICATION_CACHE_SIZE: int = env.int("CACHE_SIZE", default=64 * 2**20)

# Seconds after which `/health/ready` fails if nothing has swept; 0 for no such check.
READY_MAX_SWEEP_AGE: int = env.int("READY_MAX_SWEEP_AGE", default=0)
if READY_MAX_SWEEP_AGE < 0:
    raise ImproperlyConfigured(
        f"READY_MAX_SWEEP_AGE is {READY_MAX_SWEEP_AGE}. Allowed: 0 or more seconds."
    )

# Token for /metrics. Without it nothing is counted.
METRICS_TOKEN: str = secret("METRICS_TOKEN")

# Delivery backends. Text messages of the demo are printed.
NOTIFICATION_BACKENDS: list[str] = env.list(
    "NOTIFICATION_BACKENDS",
    default=[
        "notifications.backends.EmailBackend",
        "notifications.backends.InboxBackend",
        *(["project.demo.sms.SMSBackend"] if DEBUG else []),
        "notifications.backends.WebhookBackend",
    ],
)
# Base of links in messages. In production it defaults to the first host.
host = ALLOWED_HOSTS[0].lstrip("*.")
origin = f"http://127.0.0.1:{env.str('PORT', default='') or 8000}" if DEBUG else f"https://{host}"
SITE_URL: str = env.str("SITE_URL", default=origin if host else "")
NOTIFICATION_MESSAGES = {
    "SITE_URL": SITE_URL,
    "SITE_NAME": env.str("SITE_NAME", default=""),
    "UNSUBSCRIBE_KEYS": env.list("UNSUBSCRIBE_KEYS", default=[]),
    "WEBHOOK_HOSTS": env.list("WEBHOOK_HOSTS", default=[]),
}
DEFAULT_FROM_EMAIL: str = env.str(
    "DEFAULT_FROM_EMAIL", default=f"notifications@{host or 'localhost'}"
)
email_url = env.email_url("EMAIL_URL", default="consolemail://" if DEBUG else "smtp://localhost")
if django.VERSION >= (6, 1):
    MAILERS = environment.mailers(email_url)
else:
    globals().update(environment.mail_settings(email_url))
# Jobs wait in the database, for `manage.py delivery_worker`, or at a broker, for Celery.
BACKEND_QUEUES: dict[str, str] = env.dict("DELIVERY_BACKEND_QUEUES", default={})
TASKS = {
    "default": {
        "BACKEND": "django_tasks_db.DatabaseBackend",
        "QUEUES": ["default", *BACKEND_QUEUES.values()],
    }
}
CELERY_BROKER_URL: str = env.str("CELERY_BROKER_URL", default="")
DELIVERY = ("BATCH", "ATTEMPTS", "BACKOFF", "BACKOFF_LIMIT", "LEASE", "TIME_LIMIT", "KEEP_DAYS")
NOTIFICATION_DELIVERY = {
    "QUEUE": "celery" if CELERY_BROKER_URL else "tasks",
    "RATES": env.dict("DELIVERY_RATES", default={}),
    "BACKEND_QUEUES": BACKEND_QUEUES,
    **{name: env.int(f"DELIVERY_{name}") for name in names_set("DELIVERY_", DELIVERY)},
}
NOTIFICATION_CATALOGUES: list[str] = env.list("NOTIFICATION_CATALOGUES", default=[])
# GraphiQL, at the URL of the API.
GRAPHIQL: bool = env.bool("GRAPHIQL", default=DEBUG)
