"""Who may see which page: everything needs sign-in, and a view names what it needs beyond that."""

from collections.abc import Callable
from functools import update_wrapper
from typing import Concatenate, ParamSpec
from urllib.parse import urlsplit

from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.http.request import QueryDict
from django.shortcuts import redirect, resolve_url
from django.utils.http import url_has_allowed_host_and_scheme
from django_htmx.http import HttpResponseClientRedirect

from iamdash.models import AccessLevel, Person

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


def requires(level: AccessLevel) -> Callable[[View[P]], View[P]]:
    """Let a view answer only people who may do what `level` may; anybody else gets the 403 page, which says so."""

    def decorate(view: View[P]) -> View[P]:
        def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            if not person_of(request).may(level):
                above = "" if level is AccessLevel.ADMIN else " or above"
                raise PermissionDenied(f"This needs the access level “{level.value}”{above}.")
            return view(request, *args, **kwargs)

        update_wrapper(guarded, view)
        guarded.required_level = level  # type: ignore[attr-defined]  # read by the test of every address
        return guarded

    return decorate


def person_of(request: HttpRequest) -> Person:
    """Return who is signed in. Raises PermissionDenied where nobody is (a view which forgot that it is public)."""
    if not isinstance(request.user, Person):
        raise PermissionDenied("Sign in first.")
    return request.user


def back_to(request: HttpRequest, *, otherwise: str) -> str:
    """Return the address in the `next` field, if it is one of ours, else `otherwise`."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    # Anything else `redirect` would take for the name of a view.
    return wanted if wanted.startswith("/") and is_ours(request, wanted) else otherwise


def is_ours(request: HttpRequest, url: str) -> bool:
    """Return whether `url` leads to this site and not, by way of sign-in, to somebody else's."""
    return url_has_allowed_host_and_scheme(url, {request.get_host()}, require_https=request.is_secure())


class SignInMiddleware(LoginRequiredMiddleware):
    """Send whoever is not signed in to the sign-in page, also when a fragment or a form was asked for."""

    def handle_no_permission(  # type: ignore[override]  # to htmx a redirect is a 200 with a header
        self, request: HttpRequest, view_func: Callable[..., HttpResponseBase]
    ) -> HttpResponseBase:
        """Redirect to sign-in, and from there back to the page: a POST cannot be repeated, so to where it came from."""
        query = QueryDict(mutable=True)
        query["next"] = _page(request)
        address = f"{resolve_url(self.get_login_url(view_func))}?{query.urlencode(safe='/')}"
        # A plain redirect would put the sign-in page into a table row.
        return HttpResponseClientRedirect(address) if "HX-Request" in request.headers else redirect(address)


def _page(request: HttpRequest) -> str:
    if "HX-Request" not in request.headers and request.method == "GET":
        return request.get_full_path()
    came_from = request.headers.get("HX-Current-URL") or request.headers.get("Referer") or ""
    return urlsplit(came_from)._replace(scheme="", netloc="").geturl() if is_ours(request, came_from) else "/"
