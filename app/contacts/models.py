"""The people who write, every name WhatsApp knows them by, and which of them turned out to be one person."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base

UNREAD = text("search_text IS NULL")


class Contact(Base):
    """A customer. `name` is the profile name that came last, `book_name` what the business calls them in the phone book
    of its phone app; neither identifies anybody.

    `merged_into_id`: this contact was found to be that one; it has no identities any more.
    """

    __tablename__ = "contact"
    __table_args__ = (Index("ix_contact_search_unread", "id", sqlite_where=UNREAD, postgresql_where=UNREAD),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(512), default="")
    username: Mapped[str | None] = mapped_column(String(128))
    created_at: Mapped[datetime]
    book_name: Mapped[str | None] = mapped_column(String(512))
    book_name_at: Mapped[datetime | None]  # when it was entered there, or taken out
    merged_into_id: Mapped[int | None]
    search_text: Mapped[str | None] = mapped_column(Text)  # `search/contact_text.py`; None: not read yet


class IdentityKind(StrEnum):
    BSUID = "bsuid"
    PARENT_BSUID = "parent_bsuid"
    WA_ID = "wa_id"


class Identity(Base):
    """One proven way to recognise a contact. `superseded_at` is set when WhatsApp said that it changed."""

    __tablename__ = "identity"
    __table_args__ = (UniqueConstraint("kind", "value"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(String(20))
    value: Mapped[str] = mapped_column(String(200))
    first_seen_at: Mapped[datetime]
    superseded_at: Mapped[datetime | None]


class ContactMerge(Base):
    """Two contacts became one. `by_id` None: a signed webhook proved it. `undone_at`: they are two again, and stay two.

    `taken`: the names that the survivor did not have and took from the other, by column.
    """

    __tablename__ = "contact_merge"

    id: Mapped[int] = mapped_column(primary_key=True)
    survivor_id: Mapped[int] = mapped_column(ForeignKey("contact.id", ondelete="CASCADE"), index=True)
    vanished_id: Mapped[int] = mapped_column(ForeignKey("contact.id", ondelete="CASCADE"), index=True)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))
    merged_at: Mapped[datetime]
    undone_at: Mapped[datetime | None]
    taken: Mapped[dict[str, Any]] = mapped_column(default=dict)


class MergedRow(Base):
    """A row that a merge moved: to whom it belonged, and which position it had there, so that it can be put back."""

    __tablename__ = "merged_row"

    merge_id: Mapped[int] = mapped_column(
        ForeignKey("contact_merge.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    table_name: Mapped[str] = mapped_column(String(64), primary_key=True)
    row_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    was: Mapped[int]  # the contact, or the conversation, that it hung on
    position: Mapped[int | None]


class DuplicateReason(StrEnum):
    """Why two contacts may be one person."""

    SAME_NUMBER = "same_number"  # but for a digit that Brazil or Mexico put in
    CHANGED_NUMBER = "changed_number"  # a change that names somebody and proves nothing
    TAKEN_NUMBER = "taken_number"  # one writes from the number that the other had
    SHARED_CONTACT = "shared_contact"  # asked for the number, they gave one that another contact has


class PossibleDuplicate(Base):
    """Two contacts that may be one person: for people to decide, never decided by us. `first_id` is the lower one."""

    __tablename__ = "possible_duplicate"
    __table_args__ = (
        UniqueConstraint("first_id", "second_id"),
        Index("ix_possible_duplicate_second", "second_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    first_id: Mapped[int] = mapped_column(ForeignKey("contact.id", ondelete="CASCADE"))
    second_id: Mapped[int] = mapped_column(ForeignKey("contact.id", ondelete="CASCADE"))
    reason: Mapped[str] = mapped_column(String(20))
    noticed_at: Mapped[datetime]
    dismissed_at: Mapped[datetime | None]
