"""Single sign-on by OpenID Connect: allauth speaks the protocol, this decides whom its answer lets in.

A provider proves an e-mail address and nothing else. It leads to the person with that address, or makes a viewer of
somebody new; what people may do here is decided here. No tokens and no second list of accounts are kept.
"""

from collections.abc import Callable
from typing import Any, NoReturn

from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialLogin
from allauth.socialaccount.providers.base import AuthError
from allauth.socialaccount.providers.openid_connect.views import callback, login
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login as sign_in_as
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET
from requests import RequestException

from iamdash.models import Person

FAILED = "Single sign-on did not work. Try again; if it goes on, tell whoever runs iamdash."


@login_not_required
@never_cache
@require_GET
def begin(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Send the browser to the provider. A link and no form: a form may not lead to another site (form-action)."""
    return _answer(login, request, provider_id)


@login_not_required
@never_cache
@require_GET
def finish(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Take the provider's answer; `Adapter` decides what it means."""
    return _answer(callback, request, provider_id)


def _answer(view: Callable[[HttpRequest, str], HttpResponse], request: HttpRequest, provider_id: str) -> HttpResponse:
    if not settings.OIDC_ISSUER:
        raise Http404
    try:
        return view(request, provider_id)
    except RequestException:
        messages.error(request, f"{settings.OIDC_NAME} does not answer. Try again in a minute.")
        return redirect("sign-in")


class Adapter(DefaultSocialAccountAdapter):  # type: ignore[misc]  # allauth has no types
    """What happens once the provider has answered: somebody is signed in, or reads why not."""

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> NoReturn:
        """Sign in whoever has proved their e-mail address, before allauth would open an account of its own."""
        refusal, person = _person(sociallogin)
        if person is None:
            messages.error(request, refusal)
            raise ImmediateHttpResponse(redirect("sign-in"))
        sign_in_as(request, person)
        onward = sociallogin.get_redirect_url(request) or ""
        raise ImmediateHttpResponse(redirect(onward if onward.startswith("/") else "/"))

    def on_authentication_error(self, request: HttpRequest, provider: Any, **told: Any) -> NoReturn:
        """Go back to the sign-in page, saying that it was cancelled or that it failed."""
        del provider
        cancelled = told.get("error") == AuthError.CANCELLED
        messages.error(request, "You cancelled the sign-in." if cancelled else FAILED)
        raise ImmediateHttpResponse(redirect("sign-in"))


def _person(sociallogin: SocialLogin) -> tuple[str, Person | None]:
    """Return ("", who it is), or the sentence that says why nobody is signed in."""
    proved = [address.email.lower() for address in sociallogin.email_addresses if address.verified is True]
    if not proved:
        return f"{settings.OIDC_NAME} has not verified your e-mail address, so iamdash cannot tell who you are.", None
    full_name = str(sociallogin.account.get_provider_account().get_user_data().get("name") or "")[:200]
    person, is_new = Person.objects.get_or_create(email=proved[0], defaults={"full_name": full_name})
    if is_new:
        person.set_unusable_password()
        person.save(update_fields=["password"])
    if not person.is_active:
        return f"{person.email} may no longer sign in to iamdash. Ask whoever runs iamdash if that is a mistake.", None
    return "", person
