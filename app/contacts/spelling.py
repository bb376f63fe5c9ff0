"""The same mobile number with and without the digit that Brazil and Mexico put in. A hint, never a proof."""


def other_spelling(wa_id: str) -> str | None:
    """How else WhatsApp may write this number; None where there is one way only.

    Brazil: 55, two digits of the area, then a 9 before eight digits that begin with 6 to 9. Mexico: 52, then a 1
    before ten digits.
    """
    if wa_id.startswith("55") and len(wa_id) == 13 and wa_id[4] == "9" and wa_id[5] in "6789":
        return wa_id[:4] + wa_id[5:]
    if wa_id.startswith("55") and len(wa_id) == 12 and wa_id[4] in "6789":
        return f"{wa_id[:4]}9{wa_id[4:]}"
    if wa_id.startswith("521") and len(wa_id) == 13:
        return f"52{wa_id[3:]}"
    if wa_id.startswith("52") and len(wa_id) == 12:
        return f"521{wa_id[2:]}"
    return None
