"""How somebody likes the pages: held in cookies, so that the server says it in the first byte and nothing flashes."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from iamdash.views.access import back_to

YEAR = 365 * 24 * 60 * 60
# Each preference with what can be chosen beside the usual, which is "" and has no cookie.
PREFERENCES = {"theme": ("light", "dark"), "density": ("compact",), "shortcuts": ("off",)}


def preferences_of(request: HttpRequest) -> dict[str, str]:
    """Return what was chosen of each preference, "" where nothing was."""
    cookies = {name: request.COOKIES.get(_cookie(name), "") for name in PREFERENCES}
    return {name: value if value in PREFERENCES[name] else "" for name, value in cookies.items()}


@require_POST
def prefer(request: HttpRequest) -> HttpResponse:
    """Remember what was chosen; whatever is no choice means the usual."""
    response = redirect(back_to(request, otherwise="/"))
    for name, choices in PREFERENCES.items():
        if name not in request.POST:
            continue
        if request.POST[name] in choices:
            secure = settings.SESSION_COOKIE_SECURE
            response.set_cookie(
                _cookie(name), request.POST[name], max_age=YEAR, secure=secure, httponly=True, samesite="Lax"
            )
        else:
            response.delete_cookie(_cookie(name), samesite="Lax")
    # A theme shows itself at once; the others show on other pages.
    if request.POST.keys() & {"density", "shortcuts"}:
        messages.success(request, "Your settings are kept.")
    return response


def _cookie(name: str) -> str:
    return f"iamdash_{name}"
