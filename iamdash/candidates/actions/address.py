"""Addresses that people give, to be followed by others."""

from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator

from iamdash.candidates.actions.errors import Refused

LONGEST_URL = 2000


def checked_address(url: str) -> str:
    """Return the address, trimmed. Anything but https (javascript: above all) would be a trap for whoever clicks it."""
    address = url.strip()
    if len(address) > LONGEST_URL:
        raise Refused(f"The address has {len(address):,} characters. Use one with at most {LONGEST_URL:,}.")
    try:
        URLValidator(schemes=["https"])(address)
        whole = address.isprintable()
    except ValidationError:
        whole = False
    if not whole:
        raise Refused("Give the whole address, such as https://tracker.example.org/issues/12.")
    if "@" in urlsplit(address).netloc:
        raise Refused("The address holds a user name or password before the @. Leave it out.")
    return address
