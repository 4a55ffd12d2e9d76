import pytest
from botocore.exceptions import ReadTimeoutError

from iamdash.aws.progress import Surroundings
from iamdash.aws.snapshot import Absence, Part, Unread
from iamdash.aws.users import GET, ask_for_missing
from tests.aws.pieces import known, known_user, listed_user, listing
from tests.aws.recorded import NOW, Recorded, refusal, user_answer

MAILER = known_user()


def ask(recorded: Recorded, surroundings: Surroundings, *listed: str) -> list[Absence | Unread]:
    users = [listed_user(name) for name in listed]
    return list(
        ask_for_missing(
            recorded,  # type: ignore[arg-type]
            known=known(MAILER),
            listing=listing(*users),
            surroundings=surroundings,
        )
    )


def test_a_user_that_is_listed_is_not_asked_for(recorded: Recorded, surroundings: Surroundings) -> None:
    assert ask(recorded, surroundings, "mailer") == []


def test_a_user_that_is_listed_under_another_name_is_not_missing(
    recorded: Recorded, surroundings: Surroundings
) -> None:
    renamed = listed_user("renamed", unique_id=MAILER.unique_id)

    missing = ask_for_missing(
        recorded,  # type: ignore[arg-type]
        known=known(MAILER),
        listing=listing(renamed),
        surroundings=surroundings,
    )

    assert list(missing) == []


def test_no_such_entity_is_an_absence(recorded: Recorded, surroundings: Surroundings) -> None:
    recorded.on(GET, refusal("NoSuchEntity", status=404))

    (answer,) = ask(recorded, surroundings)

    assert answer == Absence(MAILER.unique_id, "mailer", "no_such_entity", "", NOW)
    assert recorded.asked == [(GET, {"UserName": "mailer"})]


@pytest.mark.parametrize(
    ("found", "expected"), [("AIDAOTHER000000000001", "other_unique_id"), (MAILER.unique_id, "same_unique_id")]
)
def test_whose_the_name_is_now_is_told(
    found: str, expected: str, recorded: Recorded, surroundings: Surroundings
) -> None:
    recorded.on(GET, user_answer("mailer", found))

    (answer,) = ask(recorded, surroundings)

    assert isinstance(answer, Absence)
    assert (answer.answer, answer.found_unique_id) == (expected, found)


@pytest.mark.parametrize(
    "error",
    [
        refusal("AccessDenied", status=403),
        refusal("404", status=404),
        refusal("NotFound", status=404),
        refusal("NoSuchEntityException", status=404),
        refusal("ResourceNotFoundException", status=404),
        refusal("Throttling"),
        refusal("ServiceFailure", status=500),
        refusal("ExpiredToken", status=403),
        ReadTimeoutError(endpoint_url="https://aws.example"),
    ],
    ids=str,
)
def test_every_other_error_is_unread_and_never_an_absence(
    error: Exception, recorded: Recorded, surroundings: Surroundings
) -> None:
    recorded.on(GET, error)

    (answer,) = ask(recorded, surroundings)

    assert isinstance(answer, Unread)
    assert (answer.part, answer.subject) == (Part.ABSENCES, MAILER.unique_id)


@pytest.mark.parametrize("answer", [{}, {"User": {}}, {"User": {"UserName": "mailer"}}, {"User": None}])
def test_an_answer_without_a_unique_id_is_unread(
    answer: dict[str, object], recorded: Recorded, surroundings: Surroundings
) -> None:
    recorded.unshaped(GET, answer)

    (said,) = ask(recorded, surroundings)

    assert isinstance(said, Unread)
