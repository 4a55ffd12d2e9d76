"""The page of one candidate, got as somebody, and what stands behind it."""

from django.contrib.messages import get_messages
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from iamdash.models import Candidate, Claim, Person
from iamdash.standing.assess import Cause, assess


def assessed(candidate: Candidate) -> Candidate:
    assess([candidate.iam_user_id], now=timezone.now(), cause=Cause.AWS, actor="sync")
    return candidate


def as_(client: Client, person: Person) -> Client:
    client.force_login(person)
    return client


def page_of(client: Client, person: Person, candidate: Candidate, query: str = "") -> str:
    answer = as_(client, person).get(f"/candidates/{candidate.pk}/{query}")
    assert answer.status_code == 200
    return answer.content.decode()


def told(answer: HttpResponse) -> list[str]:
    return [str(message) for message in get_messages(answer.wsgi_request)]


def standing_claim(candidate: Candidate) -> Claim:
    return Claim.objects.get(candidate=candidate, ended_at=None)
