"""The page of one candidate: an engineer's home for one IAM user that is to be replaced."""

from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from iamdash.candidates.queries.candidate.checks import checks_of, newest_check
from iamdash.candidates.queries.candidate.page import CandidatePage, candidate_page, find_candidate
from iamdash.candidates.queries.candidate.role_search import MOST_ROLES, find_roles, roles_alike
from iamdash.candidates.queries.choices import TeamChoice, own_teams, team_choices
from iamdash.candidates.queries.typed import cleaned
from iamdash.models import AccessLevel, Candidate, Person
from iamdash.views.access import person_of
from iamdash.views.forms import (
    AssignForm,
    BlockForm,
    CadenceForm,
    ClaimForm,
    CloseForm,
    DueDateForm,
    ExceptionForm,
    HandOverForm,
    NoteForm,
    PageForm,
    RouteForm,
    TrackerForm,
)
from iamdash.views.moment import now_of

TEMPLATE = "candidates/candidate.html"
WHOLE = "candidates/candidate/page.html"
ROLES = "candidates/candidate/found_roles.html"
CHECK = "candidates/candidate/check_status.html"


@dataclass(frozen=True, slots=True)
class Reader:
    """What whoever looks at the page may do there. It decides what is shown; the actions decide what is done.

    `has_left`: the claim is theirs, for a team that they are no longer in.
    """

    acts: bool
    changes: bool
    claims: bool
    moves_claim: bool
    takes_over: bool
    has_left: bool
    answers_offer: bool
    assigns: bool
    closes: bool
    decides: bool
    ends_exceptions: bool
    ends_request: bool


@require_safe
@vary_on_headers("HX-Request", "HX-Target")
def candidate(request: HttpRequest, number: int) -> HttpResponse:
    """Show the page; to htmx asking for one of its parts, only that: the roles found, how a check is going."""
    found = candidate_or_404(number)
    wanted = request.headers.get("HX-Target")
    if wanted == "found-roles":
        typed = cleaned(request.GET.get("role", ""))
        roles = find_roles(found, typed) if typed else roles_alike(found)
        return render(request, ROLES, {"number": number, "roles": roles, "most_roles": MOST_ROLES, "typed": typed})
    if wanted == "check-status":
        now = now_of(request)
        check = newest_check(found.iam_user, checks_of(found.iam_user), now=now)
        return render(request, CHECK, {"number": number, "check": check, "now": now, "polled": True})
    return show(request, found)


def candidate_or_404(number: int) -> Candidate:
    """Return the candidate with its tables. Raises Http404 where there is none with this number."""
    try:
        return find_candidate(number)
    except Candidate.DoesNotExist:
        raise Http404(f"There is no candidate {number}.") from None


def show(
    request: HttpRequest,
    found: Candidate,
    *,
    refused_form: PageForm | None = None,
    refusal: str = "",
    toast: str = "",
    focus: str = "",
    status: int = 200,
) -> HttpResponse:
    """Answer with the page as it is now, or to htmx with what is inside its frame.

    `refused_form`: a form to show again as it was filled in, with its errors. `refusal`: why a deed did not happen.
    `focus`: the id of what should have the focus now.
    """
    now = now_of(request)
    page = candidate_page(found, now=now, whole_timeline=request.GET.get("timeline") == "all")
    person, typed = person_of(request), cleaned(request.GET.get("role", ""))
    own = own_teams(person) if person.may(AccessLevel.ENGINEER) and not page.is_deleted else ()
    reader = reader_of(page, person, own)
    forms = _forms(page, person, reader, own)
    if refused_form and refused_form.name not in forms:
        # It has no place on the page, or no longer: then its errors stand above it.
        refusal = refusal or " ".join(str(error) for errors in refused_form.errors.values() for error in errors)
    elif refused_form:
        forms[refused_form.name] = refused_form
    context: dict[str, Any] = {
        "page": page,
        "now": now,
        "number": page.number,
        "reader": reader,
        "forms": {name.replace("-", "_"): form for name, form in forms.items()},
        "open_form": refused_form.name if refused_form else request.GET.get("open", ""),
        "roles": find_roles(found, typed) if typed and reader.changes else page.roles_alike,
        "most_roles": MOST_ROLES,
        "typed": typed,
        "check": page.check,
        "polled": False,
        "refusal": refusal,
        "toast": toast,
        "focus": focus,
    }
    fragment = "HX-Request" in request.headers
    template = WHOLE if fragment else TEMPLATE
    return render(request, template, context | {"fragment": fragment}, status=status)


def reader_of(page: CandidatePage, person: Person, own: tuple[TeamChoice, ...]) -> Reader:
    """Return what this person may do on this page. `own`: the teams that they are in."""
    acts = person.may(AccessLevel.ENGINEER)
    changes = acts and not page.is_deleted
    leads = person.may(AccessLevel.LEAD)
    claim = page.claim
    standing, waiting = page.leave.standing, page.leave.waiting
    is_holder = claim is not None and claim.person_pk == person.pk
    holds = is_holder or any(claim is not None and team.slug == claim.team_slug for team in own)
    left = claim is not None and bool(claim.why_left)
    return Reader(
        acts=acts,
        changes=changes,
        claims=changes and claim is None,
        moves_claim=changes and claim is not None and (holds or leads),
        takes_over=changes and (holds or leads) and left and not is_holder,
        has_left=changes and left and is_holder,
        answers_offer=changes and claim is not None and claim.offer is not None and claim.offer.person_pk == person.pk,
        assigns=changes and leads,
        decides=changes and leads and waiting is not None and waiting.asked_by_pk != person.pk,
        ends_exceptions=changes and standing is not None and (leads or standing.asked_by_pk == person.pk),
        ends_request=changes and waiting is not None and (leads or waiting.asked_by_pk == person.pk),
        closes=acts and page.is_deleted and page.closing is None,
    )


def _forms(page: CandidatePage, person: Person, reader: Reader, own: tuple[TeamChoice, ...]) -> dict[str, PageForm]:
    """Return the forms that this reader sees, by name. One query where they may choose among all teams."""
    shown: list[PageForm] = []
    teams = team_choices() if reader.moves_claim or reader.assigns else own
    if reader.acts:
        shown.append(NoteForm())
    if reader.closes:
        shown.append(CloseForm())
    if reader.changes:
        due_date = DueDateForm(today=timezone.localdate(), initial={"due_on": page.due_on})
        cadence = CadenceForm(initial={"cadence": page.cadence})
        shown += [RouteForm(initial={"route": page.route_seen}), TrackerForm(), due_date, cadence]
        if page.leave.waiting is None:
            shown.append(ExceptionForm())
        shown.append(BlockForm(initial=_block_as_it_is(page)))
    if reader.claims:
        likely = page.likely.team_slug if page.likely else ""
        shown.append(ClaimForm(teams=claimable(teams, person), likely=likely, initial={"cadence": page.cadence}))
    if reader.moves_claim:
        shown.append(HandOverForm(teams=teams))
    if reader.assigns:
        shown.append(AssignForm(teams=teams))
    return {form.name: form for form in shown}


def _block_as_it_is(page: CandidatePage) -> dict[str, Any]:
    block = page.leave.block
    return {"waits_for": block.waits_for.value, "words": block.words, "review_on": block.review_on} if block else {}


def claimable(teams: tuple[TeamChoice, ...], person: Person) -> list[tuple[str, str]]:
    """Return the teams that this person can claim for, their own first; a lead can claim for any."""
    own = [(team.slug, team.name) for team in teams if team.has(person)]
    others = [(team.slug, team.name) for team in teams if not team.has(person)]
    return own + others if person.may(AccessLevel.LEAD) else own
