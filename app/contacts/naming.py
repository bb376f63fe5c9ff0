"""What a contact is called on screen."""

from functools import lru_cache

LONGEST_GIVEN = 120


def cleaned(name: str) -> str:
    """A name that an attendant typed, as it is kept: one line of at most 120 characters."""
    return " ".join(name.replace("\0", "").split())[:LONGEST_GIVEN]


@lru_cache(maxsize=4096)
def phone_of(wa_id: str) -> str:
    """A wa_id as a phone number is written; Meta's ids are not always valid numbers, then the digits with a plus."""
    import phonenumbers

    try:
        parsed = phonenumbers.parse(f"+{wa_id}")
        return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
    except phonenumbers.NumberParseException:
        return f"+{wa_id}"


def address_of(wa_id: str | None, username: str | None, bsuid: str | None) -> str:
    """The line under the name: the phone, else the username, else the business-scoped id."""
    if wa_id:
        return phone_of(wa_id)
    if username:
        return f"@{username.lstrip('@')}"
    return bsuid or ""
