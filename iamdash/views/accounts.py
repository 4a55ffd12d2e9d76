"""AWS accounts and their syncs: how fresh each is, what could not be read, and the button that reads it now."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_POST, require_safe
from django.views.decorators.vary import vary_on_headers
from kombu.exceptions import OperationalError

from iamdash import tasks
from iamdash.inventory.account_page import RunLine, account_page
from iamdash.inventory.accounts_page import AccountLine, Status, accounts_page
from iamdash.inventory.discovery import last_asked
from iamdash.models import AccessLevel, AwsAccount, SyncOutcome
from iamdash.views.access import person_of, requires
from iamdash.views.moment import now_of

# A worker takes an asked-for sync within moments; after this long there is none, and the page stops looking out for it.
TAKEN_WITHIN = timedelta(seconds=30)
TONES = {
    Status.UP_TO_DATE: "green",
    Status.OUT_OF_DATE: "amber",
    Status.SYNCING: "blue",
    Status.PARTLY_READ: "amber",
    Status.FAILING: "red",
}
OUTCOME_TONES = {SyncOutcome.COMPLETE: "green", SyncOutcome.PARTIAL: "amber", SyncOutcome.FAILED: "red"}


@require_safe
def accounts(request: HttpRequest) -> HttpResponse:
    """Every AWS account, how fresh it is and what could not be read."""
    return render(request, "accounts/accounts.html", _context(request))


@require_safe
def running(request: HttpRequest) -> HttpResponse:
    """The part of the page that changes while a sync runs; it asks for itself again until nothing does."""
    return render(request, "accounts/live.html", _context(request))


@require_safe
@vary_on_headers("HX-Request", "HX-Target")
def account(request: HttpRequest, account_id: str) -> HttpResponse:
    """One AWS account: how it stands, its newest syncs, and what to copy for its role.

    htmx asks for the progress of a running sync, and once it has ended for all that it changed.
    """
    page = account_page(account_id, now=now_of(request))
    if page is None:
        raise Http404("There is no such AWS account.")
    asked = _asked(request, [page.line])
    context = {
        "page": page,
        "line": page.line,
        "tone": TONES.get(page.line.status, ""),
        "running": [page.line] if page.line.running else [],
        "runs": [(run, OUTCOME_TONES.get(run.outcome, ""), changes_in_words(run)) for run in page.runs],
        "asked": asked,
        "under_way": bool(asked) or page.line.status is Status.SYNCING,
        "may_sync": person_of(request).may(AccessLevel.ENGINEER) and page.line.is_read,
    }
    part = {"progress": "_progress", "live": "_live"}.get(request.headers.get("HX-Target", ""), "")
    context["polled"] = part == "_progress"
    return render(request, f"accounts/account{part}.html", context)


@require_POST
@requires(AccessLevel.ENGINEER)
def sync_account(request: HttpRequest, account_id: str) -> HttpResponse:
    """Ask for a sync of one account; it starts as soon as a worker is free."""
    aws_account = get_object_or_404(AwsAccount, pk=account_id)
    if aws_account.removed_at is not None:
        messages.warning(request, f"{aws_account.name} is no longer read. {aws_account.why_not_read}")
        return redirect("accounts")
    page = reverse("account", args=[account_id]) if request.POST.get("from") == "account" else reverse("accounts")
    return _ordered(request, [aws_account], said=f"Sync of {aws_account.name} asked for.", page=page)


@require_POST
@requires(AccessLevel.ADMIN)
def sync_all(request: HttpRequest) -> HttpResponse:
    """Ask for a sync of every account in the config."""
    aws_accounts = AwsAccount.objects.filter(removed_at=None)
    said = f"Sync of {len(aws_accounts):,} account{'' if len(aws_accounts) == 1 else 's'} asked for."
    return _ordered(request, aws_accounts, said=said, page=reverse("accounts"))


def _ordered(request: HttpRequest, aws_accounts: Iterable[AwsAccount], *, said: str, page: str) -> HttpResponse:
    """Order a sync of each account, and go to the page, which waits until one has shown itself."""
    by, query = person_of(request).email, urlencode({"asked": now_of(request).isoformat(timespec="seconds")})
    try:
        for aws_account in aws_accounts:
            order = {"account_id": aws_account.pk, "trigger": "person", "asked_by": by}
            tasks.sync_account.apply_async(kwargs=order, queue="now")
    except OperationalError:
        messages.error(request, "The sync could not be handed to a worker: the broker does not answer.")
        return redirect(page)
    messages.success(request, said)
    return redirect(f"{page}?{query}")


def _context(request: HttpRequest) -> dict[str, object]:
    page = accounts_page(now_of(request))
    person = person_of(request)
    return {
        "page": page,
        "organization": last_asked(),
        "running": page.running,
        "accounts_url": reverse("accounts"),
        "lines": [(line, TONES.get(line.status, ""), changes_in_words(line)) for line in page.accounts],
        "asked": _asked(request, page.accounts),
        "may_sync": person.may(AccessLevel.ENGINEER),
        "may_sync_all": person.may(AccessLevel.ADMIN),
    }


def changes_in_words(sync: AccountLine | RunLine) -> str:
    """Return what a sync changed: "3 new, 1 gone"; "" where there was none, or it is running.

    What else a failed one would have changed is unread.
    """
    if sync.took is None:
        return ""
    counts = ((sync.created, "new"), (sync.updated, "changed"), (sync.gone, "gone"))
    changes = ", ".join(f"{count:,} {word}" for count, word in counts if count)
    if sync.has_failed:
        return f"{changes}, the rest unread" if changes else "Unread"
    return changes or "None"


def _asked(request: HttpRequest, lines: Iterable[AccountLine]) -> str:
    """Return when a sync was asked for, as the address says, while one may still be about to start; else ""."""
    asked = request.GET.get("asked", "")
    asked_at, now = _moment(asked), now_of(request)
    if asked_at is None or not asked_at <= now < asked_at + TAKEN_WITHIN:
        return ""
    ended = any(line.last_finished_at and line.last_finished_at >= asked_at for line in lines)
    return "" if ended else asked


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else None
