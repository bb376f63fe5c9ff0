"""What an argument of a connector can be, in words."""

from app.connectors.arguments import Kind
from app.i18n import N_, _

KINDS = {
    Kind.TEXT: N_("Text"),
    Kind.NUMBER: N_("Number"),
    Kind.INTEGER: N_("Whole number"),
    Kind.YES_NO: N_("Yes or no"),
    Kind.CHOICE: N_("One of a few"),
}


def kind(one: Kind) -> str:
    return _(KINDS[one])
