"""What a load balancer asks: does the process live, and can it do its work? No sign-in, no session, no host name."""

from collections.abc import Callable

import psycopg
import redis
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import connection
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

SECONDS = 2


def postgres_answers() -> None:
    """Open a connection to Postgres, which gives up soon: one that is open waits for ever where the server is frozen.

    Raises psycopg.Error.
    """
    psycopg.connect(**connection.get_connection_params() | {"connect_timeout": SECONDS}).close()


def redis_answers() -> None:
    """Ask Redis, on a connection that gives up soon as well. Raises RedisError."""
    with redis.Redis.from_url(settings.REDIS_URL, socket_connect_timeout=SECONDS, socket_timeout=SECONDS) as client:
        client.ping()


# What iamdash cannot work without. AWS is none of it: pages and claims work while AWS does not answer.
NEEDS: dict[str, Callable[[], None]] = {"postgres": postgres_answers, "redis": redis_answers}


@login_not_required
@never_cache
@require_safe
def live(request: HttpRequest) -> HttpResponse:
    """Say that the process answers."""
    del request
    return JsonResponse({"status": "ok", "checks": {}})


@login_not_required
@never_cache
@require_safe
def ready(request: HttpRequest) -> HttpResponse:
    """Say whether Postgres and Redis answer: 200, or 500 with the one that does not."""
    del request
    checks = {name: _check(ask) for name, ask in NEEDS.items()}
    works = all(said == "ok" for said in checks.values())
    return JsonResponse({"status": "ok" if works else "failing", "checks": checks}, status=200 if works else 500)


def _check(ask: Callable[[], None]) -> str:
    """Return "ok", or that it does not answer; the reason may hold addresses, so it stays out of a public page."""
    try:
        ask()
    except (psycopg.Error, redis.RedisError, OSError):
        return "does not answer"
    return "ok"


VIEWS = {"health-live": live, "health-ready": ready}


class HealthMiddleware:
    """Answers health checks before anything else: a prober knows no host name of ours and may speak plain HTTP."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer a health check, or pass the request on."""
        for name, view in VIEWS.items():
            if request.path_info == reverse(name):
                return view(request)
        return self.get_response(request)
