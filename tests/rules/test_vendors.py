"""Vendors in the rules: their accounts are named, their external ID may be optional, their names are found."""

from datetime import UTC, date
from typing import Any

from iamdash.rules.evidence import Evidence, Holds
from iamdash.rules.facts import CandidateFacts
from iamdash.rules.route import Route
from iamdash.rules.stage import Stage
from iamdash.rules.vendors import Mechanism, VendorFacts, vendor_of_account, vendor_of_issuer, vendors_named
from tests.rules.facts_builder import NOW, a_claimed_candidate, a_replacement, a_role, step


def a_vendor(name: str = "Acme", **changes: Any) -> VendorFacts:
    ordinary: dict[str, Any] = {
        "pattern": name.lower(),
        "mechanism": Mechanism.ROLE,
        "principals": ("arn:aws:iam::999988887777:role/reader",),
        "issuer": "",
        "external_id_required": True,
        "documentation": "https://acme.example/aws",
        "checked_on": date(2026, 11, 23),
    }
    return VendorFacts(name=name, **ordinary | changes)


def trusting(account_id: str, **condition: Any) -> dict[str, Any]:
    statement = {"Effect": "Allow", "Principal": {"AWS": account_id}, "Action": "sts:AssumeRole"}
    return {"Statement": [statement | ({"Condition": condition} if condition else {})]}


def judged(trust: dict[str, Any], *vendors: VendorFacts) -> Evidence:
    facts: CandidateFacts = a_claimed_candidate(
        Route.VENDOR_ACCOUNT, replacements=(a_replacement(a_role(trust_policy=trust)),), vendors=vendors
    )
    return step(facts, Stage.ROLE_READY).evidence[0]


EXTERNAL_ID = {"StringEquals": {"sts:ExternalId": "x"}}


def test_an_account_of_the_list_names_its_vendor_and_when_that_was_checked() -> None:
    found = judged(trusting("999988887777", **EXTERNAL_ID), a_vendor())

    assert found.holds is Holds.HOLDS
    assert "999988887777 (Acme) assume it with an external ID" in found.sentence.render(now=NOW, zone=UTC)
    assert "as checked on 23 Nov 2026: https://acme.example/aws" in found.cannot_see


def test_an_account_that_is_not_in_the_list_is_left_for_people_to_compare() -> None:
    found = judged(trusting("999988887777", **EXTERNAL_ID), a_vendor(principals=("123456789012",)))

    assert found.cannot_see.startswith("Whether 999988887777 is the vendor's account")


def test_a_missing_external_id_fails_unless_the_list_says_that_it_is_optional() -> None:
    trust = trusting("999988887777")

    assert judged(trust).holds is Holds.FAILS
    assert judged(trust, a_vendor()).holds is Holds.FAILS
    optional = judged(trust, a_vendor(external_id_required=False))
    assert optional.holds is Holds.HOLDS
    assert "without an external ID, which is optional there" in optional.sentence.text


def test_one_vendor_that_may_do_without_excuses_no_other() -> None:
    other = judged(trusting("111199998888"), a_vendor(external_id_required=False))

    assert other.holds is Holds.FAILS


def test_accounts_issuers_and_names_lead_to_a_vendor() -> None:
    acme, ci = a_vendor(), a_vendor("CI", mechanism=Mechanism.OIDC, principals=(), issuer="ci.example/org/")

    assert vendor_of_account("999988887777", (ci, acme)) is acme
    assert vendor_of_account("111122223333", (ci, acme)) is None
    assert vendor_of_issuer("ci.example/org/7", (acme, ci)) is ci
    assert vendor_of_issuer("gitlab.com", (acme, ci)) is None
    assert list(vendors_named("prod-ACME-logs", (acme, ci))) == [acme]
