"""E-mail addresses: by them people sign in, whatever the capitals."""

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

LONGEST = 254


def checked_email(email: str) -> str:
    """Return the address in small letters. Raises ValueError, with a sentence, for what is none."""
    try:
        validate_email(email)
    except ValidationError:
        raise ValueError(f"{email!r:.80} is not an e-mail address, such as a@example.org.") from None
    if len(email) > LONGEST:
        raise ValueError(f"{email!r:.80} is too long: an e-mail address has at most {LONGEST} characters.")
    return email.lower()
