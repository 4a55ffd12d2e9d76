"""Who a request comes from: Django's sessions and people, read as pages read all else, for every page begins with them.

Asked as Django asks, they took a fifth of the page of a list.
"""

from functools import cache
from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session
from django.db.models import CharField
from django.utils import timezone

from iamdash.candidates.queries.compiled import PERSON, Compiled, compiled
from iamdash.models import Person
from iamdash.models.question import Given

KEY = Given("key", CharField())
COLUMNS = [field.attname for field in Person._meta.concrete_fields]


class SessionStore(db.SessionStore):
    """Django's sessions in the database. `settings.SESSION_ENGINE` names this module."""

    def load(self) -> dict[str, Any]:
        """Return what the session holds. One that is not there, or has ended, is Django's to deal with."""
        for data, ends_at in _session().ask(key=self.session_key):
            if ends_at > timezone.now():
                return self.decode(data)
        return super().load()


class PersonBackend(ModelBackend):
    """Django's sign-in by password. `settings.AUTHENTICATION_BACKENDS` names it."""

    def get_user(self, user_id: int) -> Person | None:
        """Return the person of a session; None where there is none any more, or they may not sign in."""
        people = [Person.from_db("default", COLUMNS, row) for row in _person().ask(person=user_id)]
        return next(filter(self.user_can_authenticate, people), None)


@cache
def _session() -> Compiled:
    return compiled(Session.objects.filter(session_key=KEY).values_list("session_data", "expire_date"))


@cache
def _person() -> Compiled:
    return compiled(Person.objects.filter(pk=PERSON).values_list(*COLUMNS))
