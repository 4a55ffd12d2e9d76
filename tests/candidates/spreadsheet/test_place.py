"""Rows of a spreadsheet, placed beside a sync."""

import time
from concurrent.futures import ThreadPoolExecutor
from threading import Event as Flag

import pytest
from django.db import connection

from iamdash.candidates.spreadsheet import place as placing
from iamdash.candidates.spreadsheet.columns import columns_of
from iamdash.candidates.spreadsheet.place import Outcome, Wanted, place
from iamdash.candidates.spreadsheet.sheet import read_sheet
from iamdash.standing.assess import Cause, assess
from tests.candidates.actions.conftest import assessed
from tests.factories import NOW, make_candidate, make_iam_user, make_person


@pytest.mark.django_db(transaction=True)
def test_a_dry_run_of_rows_in_any_order_ends_in_no_deadlock_beside_a_sync(monkeypatch: pytest.MonkeyPatch) -> None:
    names = ["first", "second"]
    ids = [assessed(make_candidate(make_iam_user(name))).iam_user_id for name in names]
    by, one_is_placed = make_person(), Flag()
    place_one = placing._placed

    def slowly_placed(*arguments: object) -> Outcome:
        outcome = place_one(*arguments)  # type: ignore[arg-type]
        one_is_placed.set()
        time.sleep(0.5)  # long enough for the sync to lock the other one, if nothing held it back
        return outcome

    monkeypatch.setattr(placing, "_placed", slowly_placed)

    def dry_run() -> list[str]:
        sheet = read_sheet("\n".join(["user,note", *(f"{name},hello" for name in reversed(names))]).encode())
        outcomes = list(place(sheet, columns_of(sheet, {}), wanted=Wanted(), by=by, now=NOW, dry_run=True))
        connection.close()
        return [outcome.result for outcome in outcomes]

    def sync() -> None:
        one_is_placed.wait(10)
        assess(ids, now=NOW, cause=Cause.AWS, actor="sync")
        connection.close()

    with ThreadPoolExecutor(2) as two:
        told, synced = two.submit(dry_run), two.submit(sync)

    assert told.result() == ["changed", "changed"]
    synced.result()
