"""Every setting, on one page; what differs between places comes from the environment (docs/operations.md)."""

from pathlib import Path

import dj_database_url
from csp.constants import NONE, SELF

from iamdash.environment import LOOPBACK_HOSTS, Environment

BASE_DIR = Path(__file__).resolve().parent.parent

environment = Environment()
database_url = environment.url(
    "DATABASE_URL",
    schemes=frozenset({"postgres", "postgresql"}),
    example="postgresql://iamdash:secret@db.example:5432/iamdash",
)
REDIS_URL = environment.url(
    "REDIS_URL", schemes=frozenset({"redis", "rediss", "unix"}), example="redis://cache.example:6379/0"
)
SECRET_KEY = environment.required("SECRET_KEY", meaning="a long random text, the same for every process")
ALLOWED_HOSTS = environment.hosts("ALLOWED_HOSTS")
IAMDASH_CONFIG = Path(environment.text("IAMDASH_CONFIG", "iamdash.toml"))
TIME_ZONE = environment.time_zone("TIME_ZONE", "UTC")
LOG_LEVEL = environment.log_level("LOG_LEVEL", "INFO")
SYNC_EVERY_MINUTES = environment.whole_number("SYNC_EVERY_MINUTES", 60)
DEBUG = environment.flag("DEBUG")
# Answering on this machine alone, there is no TLS to insist on.
HTTPS = environment.flag("HTTPS", default=not set(ALLOWED_HOSTS) <= LOOPBACK_HOSTS)
BEHIND_PROXY = environment.flag("BEHIND_PROXY")
PASSWORD_SIGN_IN = environment.flag("PASSWORD_SIGN_IN", default=True)
ALLOW_LONG_LIVED_KEY = environment.flag("IAMDASH_ALLOW_LONG_LIVED_KEY")
OIDC_ISSUER = environment.text("OIDC_ISSUER", "")
OIDC_NAME = environment.text("OIDC_NAME", "single sign-on")
OIDC_CLIENT_ID = environment.text("OIDC_CLIENT_ID", "")
OIDC_CLIENT_SECRET = environment.text("OIDC_CLIENT_SECRET", "")
environment.refuse_if_wrong()

# The application ------------------------------------------------------------------------------------------------

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "allauth.account",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "csp",
    "django_htmx",
    "pgtrigger",
    "iamdash",
]
MIDDLEWARE = [
    "iamdash.views.health.HealthMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "iamdash.views.access.SignInMiddleware",
    "iamdash.views.moment.OneLookMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
ROOT_URLCONF = "iamdash.urls"
WSGI_APPLICATION = "iamdash.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            "environment": "iamdash.views.templating.environment.environment",
            "context_processors": [
                "django.contrib.messages.context_processors.messages",
                "iamdash.views.frame.frame",
            ],
        },
    },
    # Pages that libraries bring, none of which anybody is shown.
    {"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True},
]
FORM_RENDERER = "django.forms.renderers.Jinja2"
USE_TZ = True
LANGUAGE_CODE = "en-gb"
USE_I18N = False

# What must last, and what may be lost ----------------------------------------------------------------------------

DATABASES = {
    "default": dj_database_url.parse(database_url, engine="iamdash.database", conn_max_age=60, conn_health_checks=True)
}
DATABASES["default"].setdefault("OPTIONS", {}).update(
    {
        # A server that accepts and then says nothing must not hold a process for minutes.
        "connect_timeout": 5,
        "tcp_user_timeout": 10_000,
        # Values travel beside the SQL, so that PostgreSQL knows a question again: iamdash/database/prepared.py.
        "server_side_binding": True,
    }
)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}}

# People and their sessions ---------------------------------------------------------------------------------------

AUTH_USER_MODEL = "iamdash.Person"
# Django's own, but read in less time.
AUTHENTICATION_BACKENDS = ["iamdash.views.sessions.PersonBackend"]
SESSION_ENGINE = "iamdash.views.sessions"
LOGIN_URL = "sign-in"
LOGIN_REDIRECT_URL = "overview"
LOGOUT_REDIRECT_URL = "sign-in"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
# allauth speaks OpenID Connect and nothing more: people and passwords stay ours (iamdash/views/single_sign_on.py).
OIDC_PROVIDER_ID = "single"
SOCIALACCOUNT_ADAPTER = "iamdash.views.single_sign_on.Adapter"
SOCIALACCOUNT_LOGIN_ON_GET = True
SOCIALACCOUNT_PROVIDERS = {
    "openid_connect": {
        "OAUTH_PKCE_ENABLED": True,
        "APPS": [
            {
                "provider_id": OIDC_PROVIDER_ID,
                "name": OIDC_NAME,
                "client_id": OIDC_CLIENT_ID,
                "secret": OIDC_CLIENT_SECRET,
                "settings": {"server_url": OIDC_ISSUER.rstrip("/")},
            }
        ],
    }
}
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*"]
# Names of our own: a cookie is shared by every port of a host, and so by whatever else runs on it.
SESSION_COOKIE_NAME = "iamdash_session"
CSRF_COOKIE_NAME = "iamdash_csrf"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_AGE = 12 * 60 * 60

# The browser's protections ---------------------------------------------------------------------------------------

SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_PROXY else None
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "iamdash.views.errors.csrf_failure"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "connect-src": [SELF],
        "img-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}

# Static files ----------------------------------------------------------------------------------------------------

STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

# Celery: see iamdash/celery.py for the schedule ------------------------------------------------------------------

CELERY_BROKER_URL = REDIS_URL
CELERY_RESULT_BACKEND = None
CELERY_TASK_IGNORE_RESULT = True
CELERY_TIMEZONE = "UTC"
# A worker that dies gives its task back to the broker; each task may be run twice, and is written for it.
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_DEFAULT_QUEUE = "sync"
CELERY_TASK_SOFT_TIME_LIMIT = 30 * 60
CELERY_TASK_TIME_LIMIT = 31 * 60
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_WORKER_HIJACK_ROOT_LOGGER = False

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": LOG_LEVEL},
    # botocore tells of every client at INFO, and of requests with their headers at DEBUG: neither is wanted here.
    "loggers": {"botocore": {"level": "WARNING"}, "boto3": {"level": "WARNING"}, "urllib3": {"level": "WARNING"}},
}
