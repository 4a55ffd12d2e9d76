from pathlib import Path

import pytest

from iamdash.standing import version


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for room in (*version.ROOMS, "views"):
        (tmp_path / room).mkdir()
        (tmp_path / room / "risk.py").write_text("HIGH = 3\n")
    monkeypatch.setattr(version, "HOUSE", tmp_path)
    return tmp_path


def of_now() -> str:
    return version.rules_version.__wrapped__()


@pytest.mark.parametrize(("room", "is_another"), [("rules", True), ("standing", True), ("views", False)])
def test_the_version_is_another_where_what_answers_is_and_only_there(house: Path, room: str, is_another: bool) -> None:
    before = of_now()

    (house / room / "risk.py").write_text("HIGH = 4\n")

    assert (of_now() != before) is is_another


def test_the_rules_themselves_are_read() -> None:
    assert all(list((version.HOUSE / room).glob("*.py")) for room in version.ROOMS)
    assert len(version.rules_version()) == 64
