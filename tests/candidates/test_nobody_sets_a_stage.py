"""Promise 4: nobody sets a stage. No address, form, command or action accepts one, and only `standing` stores one."""

import ast
import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from django import forms
from django.core.management import get_commands, load_command_class
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

import iamdash
import iamdash.views
from iamdash.models import AccessLevel, Standing
from tests.candidates.actions.conftest import assessed
from tests.factories import make_candidate, make_person, make_team

ROOT = Path(inspect.getfile(iamdash)).parent


def addresses(resolver: URLResolver) -> Iterator[URLPattern]:
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            yield from addresses(entry)
        else:
            yield entry


def posted_forms() -> Iterator[type[forms.Form]]:
    for module in pkgutil.iter_modules(iamdash.views.__path__, "iamdash.views."):
        for _, found in inspect.getmembers(importlib.import_module(module.name), inspect.isclass):
            if issubclass(found, forms.BaseForm) and found.__module__ == module.name:
                yield found


def test_no_address_holds_a_stage() -> None:
    for address in addresses(get_resolver()):
        assert "stage" not in str(address.pattern)


def test_no_form_has_a_field_for_a_stage() -> None:
    found = list(posted_forms())

    assert found
    for form in found:
        assert not [name for name in form.base_fields if "stage" in name]


def test_no_command_takes_a_stage() -> None:
    ours = [name for name, app in get_commands().items() if app == "iamdash"]

    assert ours
    for name in ours:
        parser = load_command_class("iamdash", name).create_parser("manage.py", name)
        assert not [action for action in parser._actions if "stage" in action.dest]


def test_only_standing_writes_the_stored_answers() -> None:
    """Read in the source: who calls a writing method of Standing, or assigns to something named stage?"""
    writing = {"create", "bulk_create", "update", "bulk_update", "update_or_create", "get_or_create", "save"}
    for path in ROOT.rglob("*.py"):
        room = path.relative_to(ROOT).parts[0]
        if room in {"standing", "migrations"}:
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in writing:
                assert "Standing." not in ast.unparse(node.func), f"{path}:{node.lineno} writes Standing"
            if isinstance(node, ast.Assign | ast.AugAssign):
                targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                written = [target.attr for target in targets if isinstance(target, ast.Attribute)]
                assert "stage" not in written, f"{path}:{node.lineno} sets a stage"


@pytest.mark.django_db
def test_a_stage_that_is_posted_to_any_address_of_a_candidate_is_ignored(client: Client) -> None:
    candidate = assessed(make_candidate())
    client.force_login(make_person(access_level=AccessLevel.ADMIN, teams=(make_team(),)))
    posts = [
        address.name
        for address in addresses(get_resolver())
        if (address.name or "").startswith("candidate") and set(address.pattern.converters) == {"number"}
    ]

    assert posts
    for name in posts:
        client.post(reverse(name, args=[candidate.pk]), {"stage": "6", "standing": "6"})

    assert Standing.objects.get(candidate=candidate).stage == 1
