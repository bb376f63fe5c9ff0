"""Every table in one import: for the migrations, and so that foreign keys find their targets."""

from app.accounts.models import SignIn, User
from app.assistant.models import ApiCall, ModelChoice, ModelPrice, Turn
from app.assistant.verdicts import Verdict
from app.attention.models import ReadCursor, TypingShown
from app.chats.models import Chat, ChatQuestion
from app.connectors.models import Connector, ConnectorCall
from app.consulting.models import Consultation
from app.contacts.models import Contact, ContactMerge, Identity, MergedRow, PossibleDuplicate
from app.conversations.handoff_models import Closure, Handoff, ModeChange
from app.conversations.marked import ConversationMark
from app.conversations.models import (
    Conversation,
    ConversationLabel,
    Draft,
    HeldText,
    HiddenMessage,
    Label,
    Message,
    Reaction,
    StarredMessage,
    Writer,
)
from app.db import Base
from app.installation import Installation
from app.jobs import Job
from app.knowledge.models import KnowledgeArticle, KnowledgeVersion, Passage, SettledGap
from app.live.events import LiveEvent, LiveSeq
from app.media.models import Media
from app.message_templates.models import Template
from app.notes.models import Mention, NoteDraft
from app.outbox.models import ContactPace, Delivery, DeliveryReport, MessagePrice, NumberPace
from app.proposing.models import Proposal
from app.push.models import PushSubscription
from app.quick_replies.models import QuickReply
from app.rehearsing.models import Playground, Replay, ReplayCase
from app.transcribing.models import Transcript
from app.whatsapp.models import JournalEntry, Number, SetAside

__all__ = [
    "ApiCall",
    "Base",
    "Chat",
    "ChatQuestion",
    "Closure",
    "Connector",
    "ConnectorCall",
    "Consultation",
    "Contact",
    "ContactMerge",
    "ContactPace",
    "Conversation",
    "ConversationLabel",
    "ConversationMark",
    "Delivery",
    "DeliveryReport",
    "Draft",
    "Handoff",
    "HeldText",
    "HiddenMessage",
    "Identity",
    "Installation",
    "Job",
    "JournalEntry",
    "KnowledgeArticle",
    "KnowledgeVersion",
    "Label",
    "LiveEvent",
    "LiveSeq",
    "Media",
    "Mention",
    "MergedRow",
    "Message",
    "MessagePrice",
    "ModeChange",
    "ModelChoice",
    "ModelPrice",
    "NoteDraft",
    "Number",
    "NumberPace",
    "Passage",
    "Playground",
    "PossibleDuplicate",
    "Proposal",
    "PushSubscription",
    "QuickReply",
    "Reaction",
    "ReadCursor",
    "Replay",
    "ReplayCase",
    "SetAside",
    "SettledGap",
    "SignIn",
    "StarredMessage",
    "Template",
    "Transcript",
    "Turn",
    "TypingShown",
    "User",
    "Verdict",
    "Writer",
]
