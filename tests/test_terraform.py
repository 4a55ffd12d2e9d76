"""The Terraform of docs/aws: it is well formed, and it grants the published policy, to the home role alone."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

AWS = Path(__file__).resolve().parents[1] / "docs" / "aws"
MODULES = sorted((AWS / "terraform").iterdir())
READER = AWS / "terraform" / "reader-role"
HOME = AWS / "terraform" / "home-role"


def formatted(text: str) -> subprocess.CompletedProcess[str]:
    """What `terraform fmt` makes of a text; it parses first, so what is no Terraform fails."""
    terraform = shutil.which("terraform")
    if terraform is None:
        pytest.skip("terraform is not installed on this machine")
    return subprocess.run([terraform, "fmt", "-"], input=text, capture_output=True, text=True, check=False)


def text_of(module: Path) -> str:
    return (module / "main.tf").read_text()


def blocks(text: str) -> dict[str, str]:
    """The top-level blocks by their head: `resource "aws_iam_role" "reader"` gives what is between its braces."""
    found = re.findall(r'^(\w+(?: "[^"]+")*) \{(?:\}|\n(.*?)^\})', text, flags=re.MULTILINE | re.DOTALL)
    return dict(found)


def policies_read_by(text: str) -> list[str]:
    """The files that a module reads, as paths from it."""
    return re.findall(r'file\("\$\{path\.module\}/(.+?)"\)', text)


def test_there_are_two_modules() -> None:
    assert MODULES == [HOME, READER]


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.name)
def test_each_module_is_formatted_terraform(module: Path) -> None:
    done = formatted(text_of(module))

    assert done.returncode == 0, done.stderr
    assert done.stdout == text_of(module)


def test_terraform_refuses_what_does_not_parse() -> None:
    assert formatted(text_of(READER).rstrip().removesuffix("}")).returncode != 0


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.name)
def test_each_module_uses_what_it_declares_and_nothing_else(module: Path) -> None:
    text = text_of(module)
    declared = {tuple(re.findall(r'"([^"]+)"', head)) for head in blocks(text) if head.startswith(("resource", "data"))}
    variables = {name for head in blocks(text) for name in re.findall(r'^variable "(\w+)"', head)}

    assert variables == set(re.findall(r"\bvar\.(\w+)", text))
    assert declared >= set(re.findall(r"\b(?:data\.)?(aws_\w+)\.(\w+)\.", text))


def test_the_reader_role_has_the_published_policy_as_it_stands() -> None:
    resources = [body for head, body in blocks(text_of(READER)).items() if "aws_iam_role_policy" in head]

    assert len(resources) == 1
    assert [(READER / path).resolve() for path in policies_read_by(resources[0])] == [AWS / "reader-policy.json"]


def test_only_the_home_role_may_take_the_reader_role_and_only_with_the_external_id() -> None:
    trust = blocks(text_of(READER))['data "aws_iam_policy_document" "trust"']

    assert re.findall(r"identifiers\s+= (.+)", trust) == ["[var.home_role_arn]"]
    assert re.findall(r"variable\s+= (.+)", trust) == ['"sts:ExternalId"']
    assert re.findall(r"values\s+= (.+)", trust) == ["[var.external_id]"]
    assert trust.count("statement {") == 1


def test_the_external_id_has_no_default_that_everybody_would_share() -> None:
    assert "default" not in blocks(text_of(READER))['variable "external_id"']


def test_the_home_role_has_the_published_policy_and_takes_roles_of_one_name() -> None:
    text = text_of(HOME)
    published = json.loads((AWS / "home-policy.json").read_text())["Statement"][0]
    policy = blocks(text)['resource "aws_iam_role_policy" "home"']

    assert [(HOME / path).resolve() for path in policies_read_by(text)] == [AWS / "home-policy.json"]
    assert published["Resource"] == "arn:aws:iam::*:role/iamdash-reader"
    assert 'replace(local.policy, "role/iamdash-reader", "role/${var.reader_role_name}")' in policy


def test_both_modules_and_the_example_speak_of_one_role_name() -> None:
    names = [
        re.findall(r'default\s+= "(.+)"', blocks(text_of(module))[f'variable "{variable}"'])
        for module, variable in ((READER, "role_name"), (HOME, "reader_role_name"))
    ]
    example = (AWS.parent / "iamdash.example.toml").read_text()

    assert names == [["iamdash-reader"]] * 2
    assert "role/iamdash-reader" in example
