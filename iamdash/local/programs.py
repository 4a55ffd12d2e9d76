"""The command line of every process of iamdash: the launcher starts these, docker-compose.yml must agree."""

import sys
from pathlib import Path

MANAGE = str(Path(__file__).resolve().parents[2] / "manage.py")

CELERY = ("celery", "-A", "iamdash.celery")

MIGRATE = ("manage.py", "migrate", "--no-input")
LOAD_CONFIG = ("manage.py", "load_config")
COLLECT_STATIC = ("manage.py", "collectstatic", "--no-input")
# A thread waits for Postgres while its neighbours answer; two processes, so that one that dies is not an outage.
WEB = ("gunicorn", "iamdash.wsgi", "--workers=2", "--threads=4", "--access-logfile=-", "--no-control-socket")
# Workers need not know of each other, and each starts a second sooner without asking around.
ALONE = ("--without-mingle", "--without-gossip", "--loglevel=INFO")
WORKER = (*CELERY, "worker", "--queues=sync", "--hostname=sync@%h", "--concurrency=2", *ALONE)
# "Check AWS now" has a worker of its own: it never waits behind a long sync.
WORKER_NOW = (*CELERY, "worker", "--queues=now", "--hostname=now@%h", "--concurrency=1", *ALONE)
BEAT = (*CELERY, "beat", "--loglevel=INFO")
FIRST_SYNC = (*CELERY, "call", "iamdash.tasks.sync_due_accounts")


def with_this_python(command: tuple[str, ...], *arguments: str) -> list[str]:
    """The command run by this interpreter and its packages, wherever the PATH points."""
    program, *rest = command
    if program == "manage.py":
        return [sys.executable, MANAGE, *rest, *arguments]
    return [sys.executable, "-m", program, *rest, *arguments]
