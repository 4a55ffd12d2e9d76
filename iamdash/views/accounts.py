"""AWS accounts and their syncs: how fresh each is, what could not be read, and the button that reads it now."""

from datetime import datetime, timedelta

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_GET, require_POST

from iamdash import tasks
from iamdash.inventory.freshness import AccountLine, AccountsPage, Status, accounts_page
from iamdash.models import AccessLevel, AwsAccount
from iamdash.views.access import back_to, person_of, requires

# A worker takes an asked-for sync within moments; after this long there is none, and the page stops looking out for it.
TAKEN_WITHIN = timedelta(seconds=30)
TONES = {
    Status.UP_TO_DATE: "green",
    Status.SYNCING: "blue",
    Status.PARTLY_READ: "amber",
    Status.FAILING: "red",
}


@require_GET
def accounts(request: HttpRequest) -> HttpResponse:
    """Every AWS account, how fresh it is and what could not be read."""
    return render(request, "accounts/accounts.html", _context(request))


@require_GET
def running(request: HttpRequest) -> HttpResponse:
    """The part of the page that changes while a sync runs; it asks for itself again until nothing does."""
    return render(request, "accounts/accounts.html#live", _context(request))


@require_POST
@requires(AccessLevel.ENGINEER)
def sync_account(request: HttpRequest, account_id: str) -> HttpResponse:
    """Ask for a sync of one account; it starts as soon as a worker is free."""
    aws_account = get_object_or_404(AwsAccount, pk=account_id)
    if aws_account.removed_at is not None:
        messages.warning(request, f"{aws_account.name} was taken out of iamdash.toml, so it is no longer read.")
        return redirect(back_to(request, otherwise=reverse("accounts")))
    _ask(aws_account, by=person_of(request).email)
    messages.success(request, f"Sync of {aws_account.name} asked for.")
    return redirect(back_to(request, otherwise=_waiting()))


@require_POST
@requires(AccessLevel.ADMIN)
def sync_all(request: HttpRequest) -> HttpResponse:
    """Ask for a sync of every account in the config."""
    aws_accounts = AwsAccount.objects.filter(removed_at=None)
    for aws_account in aws_accounts:
        _ask(aws_account, by=person_of(request).email)
    messages.success(request, f"Sync of {len(aws_accounts)} accounts asked for.")
    return redirect(_waiting())


def _ask(aws_account: AwsAccount, *, by: str) -> None:
    order = {"account_id": aws_account.pk, "trigger": "person", "asked_by": by}
    tasks.sync_account.apply_async(kwargs=order, queue="now")


def _waiting() -> str:
    """Return the page's address while an asked-for sync has not shown itself yet."""
    query = urlencode({"asked": timezone.now().isoformat(timespec="seconds")})
    return f"{reverse('accounts')}?{query}"


def _context(request: HttpRequest) -> dict[str, object]:
    now = timezone.now()
    page = accounts_page(now)
    asked_at = _moment(request.GET.get("asked", ""))
    waiting = asked_at is not None and asked_at <= now < asked_at + TAKEN_WITHIN and not _seen_since(page, asked_at)
    person = person_of(request)
    return {
        "page": page,
        "now": now,
        "lines": [(line, TONES.get(line.status, ""), changes_in_words(line)) for line in page.accounts],
        "waiting": waiting,
        "asked": request.GET.get("asked", "") if waiting else "",
        "may_sync": person.may(AccessLevel.ENGINEER),
        "may_sync_all": person.may(AccessLevel.ADMIN),
    }


def changes_in_words(line: AccountLine) -> str:
    """Return what the last sync changed: "3 new, 1 gone"; "" where it was never synced."""
    if line.last_finished_at is None:
        return ""
    counts = ((line.created, "new"), (line.updated, "changed"), (line.gone, "gone"))
    return ", ".join(f"{count:,} {word}" for count, word in counts if count) or "None"


def _seen_since(page: AccountsPage, asked_at: datetime) -> bool:
    return any(line.last_finished_at and line.last_finished_at >= asked_at for line in page.accounts)


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else None
