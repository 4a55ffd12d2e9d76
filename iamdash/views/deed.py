"""What makes a view of each deed on the page of a candidate: a form that is posted, an action, and back to the page.

A deed turns what was said into one call of `candidates.actions` and returns the words that tell it was done. Its view
answers 422 with the form again where it was filled in wrongly, 409 with the page as it truly is where somebody was
faster or AWS says otherwise, 403 where this person may not.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from iamdash.candidates import actions
from iamdash.models import AccessLevel, Candidate, Person
from iamdash.views.access import back_to, person_of, requires
from iamdash.views.candidate import candidate_or_404, show
from iamdash.views.forms import PageForm
from iamdash.views.moment import now_of


@dataclass(frozen=True, slots=True)
class Said:
    """What somebody asked for: of which candidate, by whom, when, in which words.

    `seen`: what the page showed when the form was made, where a change in between matters; None: not said.
    `link`: the number of the link in the address, where the deed is about one.
    """

    candidate: Candidate
    by: Person
    now: datetime
    words: dict[str, Any]
    seen: str | None
    link: int

    def has_seen(self, now_it_is: str) -> bool:
        """Return whether the page showed what is so now; it did, for all that is known, where it does not say."""
        return self.seen is None or self.seen == now_it_is


Deed = Callable[[Said], str]
MakeForm = Callable[[HttpRequest], PageForm]


def posted(kind: type[PageForm]) -> MakeForm:
    """Return what makes this form of what was sent."""
    return lambda request: kind(request.POST)


NO_FIELDS = posted(PageForm)


def deed(
    make_form: MakeForm = NO_FIELDS, *, focus: str = "next-step", level: AccessLevel = AccessLevel.ENGINEER
) -> Callable[[Deed], Callable[..., HttpResponseBase]]:
    """Make a view of a deed. `focus`: the id of what to look at once it is done."""

    def decorate(do: Deed) -> Callable[..., HttpResponseBase]:
        @require_POST
        @requires(level)
        @wraps(do)
        def view(request: HttpRequest, number: int, link: int = 0) -> HttpResponse:
            candidate = candidate_or_404(number)
            form = make_form(request)
            if not form.is_valid():
                return show(request, candidate, refused_form=form, status=422)
            said = Said(
                candidate, person_of(request), now_of(request), form.cleaned_data, request.POST.get("seen"), link
            )
            try:
                with transaction.atomic():
                    done = do(said)
            except actions.NotPermitted as refused:
                raise PermissionDenied(refused.sentence) from refused
            except actions.Refused as refused:
                return _refused(request, number, form, refused)
            return _done(request, number, done, focus)

        return view

    return decorate


def _refused(request: HttpRequest, number: int, form: PageForm, refused: actions.Refused) -> HttpResponse:
    """Answer with the page as it truly is, and what was typed still in its form."""
    truth = candidate_or_404(number)
    if refused.field in form.fields:
        form.add_error(refused.field, refused.sentence)
        return show(request, truth, refused_form=form, status=422)
    return show(request, truth, refused_form=form, refusal=refused.sentence, status=409)


def _done(request: HttpRequest, number: int, words: str, focus: str) -> HttpResponse:
    if "HX-Request" in request.headers:
        return show(request, candidate_or_404(number), toast=words, focus=focus)
    messages.success(request, words)
    here = reverse("candidate", args=[number])
    return redirect(back_to(request, otherwise=f"{here}#{focus}"))
