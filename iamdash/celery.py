"""The Celery app and its schedule. Start a worker with `celery -A iamdash.celery worker`."""

import os

from celery import Celery, signals
from celery.schedules import crontab

from iamdash.garbage import collect_seldom

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "iamdash.settings")

app = Celery("iamdash", include=["iamdash.tasks"])
app.config_from_object("django.conf:settings", namespace="CELERY")

# Queue `sync` holds what may take long; `now` holds what a person waits for, and has a worker of its own. A worker that
# is told of no queue takes from both.
app.conf.task_queues = {name: {"exchange": name, "routing_key": name} for name in ("sync", "now")}
# A sync is taken once nothing else waits in its queue: a check goes before all that were asked for, of every account
# maybe. The broker's first priority is 0, and what says none has that.
app.conf.task_routes = {
    "iamdash.tasks.check_now": {"queue": "now"},
    "iamdash.tasks.sync_account": {"queue": "sync", "priority": 9},
    "iamdash.tasks.*": {"queue": "sync"},
}
# What is due is asked of Postgres often and cheaply; an order nobody took in time is worth nothing, so it expires.
app.conf.beat_schedule = {
    "sync what is due": {"task": "iamdash.tasks.sync_due_accounts", "schedule": 5.0, "options": {"expires": 5}},
    "find new accounts": {"task": "iamdash.tasks.discover_accounts", "schedule": 60.0, "options": {"expires": 60}},
    "assess what time has changed": {"task": "iamdash.tasks.assess_due", "schedule": 60.0, "options": {"expires": 60}},
    "end what lapsed": {"task": "iamdash.tasks.end_what_lapsed", "schedule": 60.0, "options": {"expires": 60}},
    "count the day": {"task": "iamdash.tasks.count_day", "schedule": crontab(minute="5"), "options": {"expires": 3600}},
}
# The schedule's own memory may be lost: every task asks Postgres what is due.
app.conf.beat_schedule_filename = os.environ.get("CELERY_BEAT_SCHEDULE", "/tmp/iamdash-beat-schedule")  # noqa: S108


@signals.worker_init.connect  # type: ignore[untyped-decorator]  # celery has no types
def _begin_work(**_sent: object) -> None:
    collect_seldom()
