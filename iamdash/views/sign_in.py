"""The sign-in page and signing in by password; signing out. Single sign-on is next door."""

from django.conf import settings
from django.contrib.auth import login, logout
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from iamdash.views.access import back_to
from iamdash.views.sign_in_form import SignInForm


@login_not_required
@sensitive_post_parameters("password")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Show the ways to sign in; with a right password, sign in and go where the person was going."""
    onward = back_to(request, otherwise="/")
    if request.user.is_authenticated:
        return redirect(onward)
    form = SignInForm(request, request.POST) if request.method == "POST" and settings.PASSWORD_SIGN_IN else None
    if form is not None and form.is_valid():
        login(request, form.person)
        return redirect(onward)
    context = {
        "form": form or SignInForm(request),
        "next": onward,
        "by_password": settings.PASSWORD_SIGN_IN,
        "provider": settings.OIDC_NAME if settings.OIDC_ISSUER else "",
        "provider_id": settings.OIDC_PROVIDER_ID,
    }
    return render(request, "sign_in/sign_in.html", context, status=422 if form else 200)


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """Sign out, and show the sign-in page."""
    logout(request)
    return redirect(settings.LOGOUT_REDIRECT_URL)
