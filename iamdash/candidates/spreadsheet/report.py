"""What came of an import, for a terminal and as a CSV file."""

from collections import Counter
from collections.abc import Iterable

from iamdash.candidates.export import cell
from iamdash.candidates.spreadsheet.place import Outcome

COLUMNS = ("line", "said", "account_id", "user_name", "candidate", "result", "changes", "problems")


def line_in_words(outcome: Outcome) -> str:
    """Return one row's outcome on one line. What a terminal would obey instead of show is left out."""
    told = [*outcome.changes, *(f"NOT PLACED {problem}" for problem in outcome.problems)] or ["nothing to change"]
    found = ""
    if outcome.candidate:
        user = outcome.candidate.iam_user
        found = f" = {user.user_name} in {user.aws_account_id}, candidate {outcome.candidate.pk}"
    return _printable(f"line {outcome.line}: {outcome.said or 'nobody'}{found}: {'; '.join(told)}")


def cells(outcome: Outcome) -> list[str]:
    """Return one row of the CSV report, its formulas neutralised."""
    candidate = outcome.candidate
    user = candidate.iam_user if candidate else None
    found = (user.aws_account_id, user.user_name, candidate.pk) if user and candidate else ("", "", "")
    told = (outcome.result, "; ".join(outcome.changes), "; ".join(outcome.problems))
    return [cell(value) for value in (outcome.line, outcome.said, *found, *told)]


def summary(outcomes: Iterable[Outcome], *, dry_run: bool) -> str:
    """Return what came of all rows, in words."""
    counted = Counter(outcome.result for outcome in outcomes)
    rows = sum(counted.values())
    told = ", ".join(f"{count:,} {result}" for result, count in sorted(counted.items())) or "none"
    dry = " This was a dry run: nothing was changed." if dry_run else ""
    return f"{rows:,} row{'' if rows == 1 else 's'}: {told}.{dry}"


def _printable(text: str) -> str:
    return "".join(character if character.isprintable() else " " for character in text)
