"""A phone number as somebody types it."""

from app.errors import Invalid
from app.i18n import N_

HOME = "BR"  # of numbers without a country's code


def wa_id_of(phone: str, field: str = "phone") -> str:
    """The digits by which WhatsApp knows a phone; raises Invalid beside `field` for what cannot be one."""
    import phonenumbers

    try:
        parsed = phonenumbers.parse(phone.strip()[:40], HOME)
    except phonenumbers.NumberParseException:
        parsed = None
    if parsed is None or not phonenumbers.is_valid_number(parsed):
        raise Invalid(
            N_("This is no phone number. Write it with its area code, and with + and the country abroad."),
            field=field,
        )
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164).removeprefix("+")
