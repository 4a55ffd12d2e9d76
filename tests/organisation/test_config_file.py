from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iamdash.organisation.config_file import ConfigError, parse_config, read_config

GOOD = """\
[[accounts]]
id = "111122223333"
name = "example-production"
environment = "production"
role_arn = "arn:aws:iam::111122223333:role/iamdash-reader"
external_id = "example:1"
[[accounts]]
id = "444455556666"
name = "example-tools"

[[teams]]
slug = "platform"
name = "Platform"
contact = "#platform"
members = ["Ann@Example.org"]
[[teams]]
slug = "search"
name = "Search"

[thresholds]
long_lived_days = 0
gone_confirm_minutes = 30

[programme]
target_date = 2027-04-30
regions = ["eu-west-1", "us-gov-west-1"]
"""
ACCOUNT = '[[accounts]]\nid = "111122223333"\nname = "one"\n'


def problems(text: str) -> list[str]:
    with pytest.raises(ConfigError) as refused:
        parse_config(text)
    return [str(problem) for problem in refused.value.problems]


def test_a_good_file_says_what_it_says() -> None:
    config = parse_config(GOOD)

    first, second = config.accounts
    assert (first.id, first.name, first.environment) == ("111122223333", "example-production", "production")
    assert (first.role_arn, first.external_id) == ("arn:aws:iam::111122223333:role/iamdash-reader", "example:1")
    assert (second.environment, second.role_arn, second.external_id) == ("", "", "")
    assert [(team.slug, team.members) for team in config.teams] == [("platform", ["ann@example.org"]), ("search", None)]
    assert config.programme.target_date == date(2027, 4, 30)
    assert config.programme.regions == ["eu-west-1", "us-gov-west-1"]


def test_what_is_left_out_has_the_published_defaults() -> None:
    config = parse_config(ACCOUNT)

    assert config.thresholds.model_dump() == {
        "long_lived_days": 90,
        "grace_days": 7,
        "stuck_days": 21,
        "gone_confirm_minutes": 15,
        "minimum_quiet_days": 14,
        "soak_days": 14,
        "claim_days": 90,
        "claim_warning_days": 14,
        "exception_days": 90,
    }
    assert (config.teams, config.programme.target_date, config.programme.regions) == ([], None, [])


def bad_configs() -> list[tuple[str, str]]:
    """Return (what is said, the file) of every case in bad_configs.txt."""
    cases = Path(__file__).with_name("bad_configs.txt").read_text("utf-8").split(">>> ")[1:]
    return [(said, text.rstrip("\n")) for said, _, text in (case.partition("\n") for case in cases)]


@pytest.mark.parametrize(("said", "text"), bad_configs(), ids=[said for said, _ in bad_configs()])
def test_a_bad_file_is_refused_with_the_line_and_what_to_do(said: str, text: str) -> None:
    assert problems(text) == [said]


@pytest.mark.parametrize("value", ["9" * 5000, "[" * 5000])
def test_a_value_without_end_is_refused_with_its_line(value: str) -> None:
    assert problems(f"{ACCOUNT}x = {value}") == ["line 4: This value is too long or too deep to be read."]


def test_every_problem_is_named_at_once_in_the_order_of_the_lines() -> None:
    text = ACCOUNT.replace("3333", "3") + "[thresholds]\nstuck_days = 'many'\n[[teams]]\nslug = ''\n"

    assert [line.split(":")[0] for line in problems(text)] == ["line 2", "line 5", "line 6", "line 7"]


def test_a_file_with_a_byte_order_mark_is_read(tmp_path: Path) -> None:
    file = tmp_path / "iamdash.toml"
    file.write_text(GOOD, "utf-8-sig")

    assert read_config(file) == parse_config(GOOD)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (None, "The file cannot be read: No such file or directory."),
        (b"# fine\nname = '\xff'\n", "line 2: The text is not UTF-8. Save the file as UTF-8."),
        (b"#" * 1_000_001, "The file is larger than 1,000,000 bytes. Is it the right one?"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(content: bytes | None, expected: str, tmp_path: Path) -> None:
    file = tmp_path / "iamdash.toml"
    if content is not None:
        file.write_bytes(content)

    with pytest.raises(ConfigError) as refused:
        read_config(file)

    assert [str(problem) for problem in refused.value.problems] == [expected]


def test_a_directory_is_not_a_file(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="Is a directory"):
        read_config(tmp_path)


def parses_or_refuses(text: str) -> None:
    """Anything but a config or a ConfigError would end the test as an error."""
    try:
        parse_config(text)
    except ConfigError as error:
        told = error.problems
    else:
        return
    assert told
    assert all(1 <= (problem.line or 1) <= text.count("\n") + 1 for problem in told)


@given(st.text())
def test_no_text_does_anything_but_parse_or_be_refused(text: str) -> None:
    parses_or_refuses(text)


LINES = st.sampled_from(
    [*GOOD.splitlines(), "id = 1", "members = [", "]", '"""', "[programme", "a.b = {}", "name = []"]
)


@given(st.lists(st.one_of(LINES, st.text(max_size=10)), max_size=20))
def test_no_shuffled_file_does_anything_but_parse_or_be_refused(lines: list[str]) -> None:
    parses_or_refuses("\n".join(lines))


KEYS = st.sampled_from(
    [
        "accounts",
        "teams",
        "thresholds",
        "programme",
        "id",
        "name",
        "role_arn",
        "slug",
        "members",
        "regions",
        "soak_days",
        "claim_days",
        "claim_warning_days",
        "exception_days",
    ]
)
SCALARS = st.sampled_from(
    ["1", "-1", "1.5", "true", "nan", '"111122223333"', '"a"', '""', '"\\u0000"', "2027-04-30", "07:30:00", "[]", "{}"]
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda parts: f"[{', '.join(parts)}]"),
        st.dictionaries(KEYS, inner, max_size=4).map(
            lambda table: "{" + ", ".join(f"{key} = {value}" for key, value in table.items()) + "}"
        ),
    ),
    max_leaves=12,
)


@given(st.dictionaries(KEYS, VALUES, max_size=5))
def test_no_shape_does_anything_but_parse_or_be_refused(document: dict[str, str]) -> None:
    parses_or_refuses("\n".join(f"{key} = {value}" for key, value in document.items()))


@pytest.mark.parametrize(
    ("environments", "words"),
    [
        ('[["pre-prod"], ["prod", "PreProd"]]', '"PreProd" is there twice, however it is spelt.'),
        ('[["staging"], ["--"]]', 'No name can hold "--"'),
        ("[]", "at least 1 item"),
        ("[[]]", "at least 1 item"),
        ('["staging", "production"]', "list"),
    ],
)
def test_environments_that_name_nothing_or_one_thing_twice_are_refused(environments: str, words: str) -> None:
    found = problems(f"{ACCOUNT}[workloads]\nenvironments = {environments}\n")

    assert any(words in problem for problem in found), found
