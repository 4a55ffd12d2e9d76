"""The password form, and the limit on guessing."""

import hashlib
from datetime import timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth import authenticate
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from redis.exceptions import RedisError

from iamdash.models import Person

GUESSES = 10
WINDOW = timedelta(minutes=15)


class SignInForm(forms.Form):
    """E-mail address and password. One sentence answers a wrong password, an unknown and a deactivated address."""

    email = forms.EmailField(
        label="E-mail address",
        error_messages={"required": "Enter your e-mail address.", "invalid": "That is not an e-mail address."},
        widget=forms.EmailInput(attrs={"autocomplete": "username", "autofocus": True}),
    )
    password = forms.CharField(
        label="Password",
        strip=False,
        error_messages={"required": "Enter your password."},
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    def __init__(self, request: HttpRequest, data: Any = None) -> None:
        super().__init__(data, use_required_attribute=False)
        self.request = request

    def clean(self) -> dict[str, Any]:
        """Find the person. Raises ValidationError: wrong, or guessed too often."""
        cleaned = super().clean() or {}
        if self.errors:
            return cleaned
        guesses = Guesses(cleaned["email"], _place(self.request))
        if guesses.used_up():
            raise ValidationError("Too many wrong passwords. Wait 15 minutes, then try again.")
        person = authenticate(self.request, username=cleaned["email"], password=cleaned["password"])
        if not isinstance(person, Person):
            guesses.count_one()
            raise ValidationError("That e-mail address and password do not match anybody who may sign in.")
        guesses.forget()
        self.person = person
        return cleaned


def _place(request: HttpRequest) -> str:
    """Return the address that the request came from; behind a proxy, the one that the proxy saw and added last."""
    if settings.BEHIND_PROXY:
        return request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip()
    return str(request.META.get("REMOTE_ADDR", ""))


class Guesses:
    """Wrong passwords for one address from one place, counted in the cache.

    The cache may lose the count at any time: then guessing starts afresh, and nobody is locked out or in by it. Counted
    per place too, so that a stranger who guesses cannot keep the person herself out.
    """

    def __init__(self, email: str, place: str) -> None:
        self.name = "guesses:" + hashlib.sha256(f"{email.lower()}|{place}".encode()).hexdigest()

    def used_up(self) -> bool:
        """Return whether there were too many within the window."""
        try:
            return int(cache.get(self.name, 0)) >= GUESSES
        except RedisError:
            return False

    def count_one(self) -> None:
        """Count a wrong password."""
        try:
            cache.add(self.name, 0, WINDOW.total_seconds())
            cache.incr(self.name)
        except (RedisError, ValueError):
            return

    def forget(self) -> None:
        """The password was right: start afresh."""
        try:
            cache.delete(self.name)
        except RedisError:
            return
