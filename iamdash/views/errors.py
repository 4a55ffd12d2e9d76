"""The pages for what went wrong. They ask nothing of the database or the cache: those may be what is broken."""

from dataclasses import dataclass

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

from iamdash.views.preferences import preferences_of


@dataclass(frozen=True, slots=True)
class Problem:
    """What happened and what to do, in words for whoever sees the page."""

    status: int
    title: str
    text: str
    advice: str = ""


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer a request that cannot be understood."""
    del exception
    text = "The browser sent something that iamdash cannot understand."
    return _page(
        request, Problem(400, "That request makes no sense here", text, "Go back, reload the page and try again.")
    )


def no_permission(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer somebody who may not do this, with the sentence of the view or action that said so."""
    reason = str(exception) if isinstance(exception, PermissionDenied) else ""
    advice = "Whoever runs iamdash can give you another access level, and a lead can act for any team."
    return _page(request, Problem(403, "You may not do this", reason, advice))


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer an address that leads nowhere. Its exception is never shown: it names what else exists."""
    del exception
    advice = "Candidates are never deleted here: search for the user name, the access key ID or the ARN."
    return _page(request, Problem(404, "There is no such page", "The address may be mistyped.", advice))


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer when iamdash itself failed. The log has the details; the page has none."""
    text = "Something went wrong in iamdash. Nothing was changed in AWS: iamdash only reads it."
    return _page(
        request,
        Problem(500, "That did not work", text, "Try again in a minute. If it goes on, tell whoever runs iamdash."),
    )


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer a form that did not come from a page of ours, or from one that is too old."""
    del reason
    text = "The form was too old, or cookies are switched off. Nothing was saved."
    return _page(
        request, Problem(403, "That form could not be checked", text, "Go back, reload the page and send it again.")
    )


def _page(request: HttpRequest, problem: Problem) -> HttpResponse:
    context = {"problem": problem, "prefers": preferences_of(request)}
    # Rendered without the request, so that no context processor runs.
    return HttpResponse(render_to_string("errors/problem.html", context), status=problem.status)
