"""The whole URL map on one page."""

from collections.abc import Sequence

from starlette.routing import BaseRoute, Mount, Route

from app.health import healthz, readyz
from app.live.poll import poll
from app.live.stream import probe, stream
from app.pages import (
    calls,
    contact_drawer,
    contacts,
    drafts,
    first_run,
    forwarding,
    held_texts,
    inbox,
    journal,
    lists,
    marks,
    media,
    message_info,
    message_marks,
    message_menu,
    messages,
    mode,
    new_conversation,
    numbers,
    palette,
    quick_replies,
    reading,
    settings,
    shared,
    shortcuts,
    sign_in,
    starred,
    templates,
    thread_search,
    viewer,
)
from app.static_files import STATIC, ReleasedFiles, favicon, service_worker
from app.whatsapp import webhook

WEBHOOK = "/webhooks/whatsapp"


def routes() -> Sequence[BaseRoute]:
    return [
        Route("/", inbox.inbox, name="inbox"),
        Route("/c/{conversation_id}", inbox.conversation, name="conversation"),
        Route("/conversations", lists.more_rows, name="conversations"),
        Route("/c/{conversation_id}/messages", messages.show, methods=["GET"], name="messages"),
        Route("/c/{conversation_id}/messages", messages.create, methods=["POST"]),
        Route(
            "/c/{conversation_id}/messages/{message_id}/attempts",
            messages.send_again,
            methods=["POST"],
            name="attempts",
        ),
        Route(
            "/c/{conversation_id}/messages/{message_id}/media",
            media.fetch_again,
            methods=["POST"],
            name="fetch-again",
        ),
        Route("/c/{conversation_id}/composer/{kind}", messages.kind, name="composer-kind"),
        Route("/c/{conversation_id}/messages/{message_id}/menu", message_menu.show, name="message-menu"),
        Route(
            "/c/{conversation_id}/messages/{message_id}/viewer", viewer.show, methods=["GET"], name="viewer"
        ),
        Route("/c/{conversation_id}/messages/{message_id}/quote", message_menu.quote, name="quote"),
        Route(
            "/c/{conversation_id}/messages/{message_id}/reaction",
            message_menu.react,
            methods=["POST"],
            name="reaction",
        ),
        Route("/c/{conversation_id}/unread-bar", messages.unread_bar, name="unread-bar"),
        Route("/c/{conversation_id}/messages/{message_id}/info", message_info.show, name="message-info"),
        Route("/c/{conversation_id}/stars", message_marks.star, methods=["POST"], name="stars"),
        Route(
            "/c/{conversation_id}/hidden-messages",
            message_marks.hide,
            methods=["POST"],
            name="hidden-messages",
        ),
        Route("/c/{conversation_id}/search", thread_search.show, name="thread-search"),
        Route("/c/{conversation_id}/forwarding", forwarding.show, methods=["GET"], name="forwarding"),
        Route("/c/{conversation_id}/forwarding", forwarding.create, methods=["POST"]),
        Route("/starred", starred.show, name="starred"),
        Route("/media/{media_id}", media.show, methods=["GET"], name="media"),
        Route("/media/{media_id}/preview", media.preview, methods=["GET"], name="media-preview"),
        Route("/c/{conversation_id}/mode", mode.update, methods=["POST"], name="mode"),
        Route("/c/{conversation_id}/turn/stop", mode.stop, methods=["POST"], name="stop"),
        Route("/c/{conversation_id}/draft", drafts.update, methods=["POST"], name="draft"),
        Route("/c/{conversation_id}/held-texts", held_texts.create, methods=["POST"], name="held-texts"),
        Route(
            "/c/{conversation_id}/held-texts/{held_id}/cancellation",
            held_texts.cancel,
            methods=["POST"],
            name="cancel-held-text",
        ),
        Route("/c/{conversation_id}/templates", templates.choose, methods=["GET"], name="choose-template"),
        Route(
            "/c/{conversation_id}/templates/{template_id}", templates.show, methods=["GET"], name="template"
        ),
        Route("/c/{conversation_id}/templates/{template_id}", templates.send, methods=["POST"]),
        Route("/c/{conversation_id}/templates/{template_id}/preview", templates.preview, methods=["POST"]),
        Route("/templates", templates.overview, methods=["GET"], name="templates"),
        Route("/templates/sync", templates.sync, methods=["POST"], name="sync-templates"),
        Route("/c/{conversation_id}/quick-replies", quick_replies.offered, name="offered-replies"),
        Route("/quick-replies", quick_replies.index, methods=["GET"], name="quick-replies"),
        Route("/quick-replies", quick_replies.create, methods=["POST"]),
        Route("/quick-replies/new", quick_replies.new, name="new-quick-reply"),
        Route("/quick-replies/{reply_id}", quick_replies.edit, methods=["GET"], name="quick-reply"),
        Route("/quick-replies/{reply_id}", quick_replies.update, methods=["POST"]),
        Route("/quick-replies/{reply_id}/removal", quick_replies.remove, methods=["POST"]),
        Route("/quick-replies/{reply_id}/file", quick_replies.file, name="quick-reply-file"),
        Route("/conversations/new", new_conversation.show, methods=["GET"], name="new-conversation"),
        Route("/conversations/new", new_conversation.create, methods=["POST"]),
        Route("/c/{conversation_id}/menu", marks.menu, methods=["GET"], name="row-menu"),
        Route("/c/{conversation_id}/marks", marks.create, methods=["POST"], name="marks"),
        Route("/conversations/marks", marks.create_many, methods=["POST"], name="marks-of-several"),
        Route("/c/{conversation_id}/reading", reading.create, methods=["POST"], name="reading"),
        Route("/c/{conversation_id}/contact", contact_drawer.show, methods=["GET"], name="contact-drawer"),
        Route("/c/{conversation_id}/shared/{kind}", shared.show, methods=["GET"], name="shared"),
        Route("/contacts/{contact_id}", contacts.show, methods=["GET"], name="contact"),
        Route("/contacts/{contact_id}/name", contacts.rename, methods=["POST"], name="contact-name"),
        Route("/contacts/{contact_id}/merges", contacts.merge, methods=["POST"], name="merges"),
        Route("/contacts/{contact_id}/merges/{merge_id}/undo", contacts.undo, methods=["POST"], name="undo"),
        Route(
            "/contacts/{contact_id}/distinctions", contacts.tell_apart, methods=["POST"], name="distinctions"
        ),
        Route("/c/{conversation_id}/call", calls.show, methods=["GET"], name="call"),
        Route("/push/subscriptions", calls.subscribe, methods=["POST"], name="push-subscriptions"),
        Route("/offline", calls.offline, methods=["GET"], name="offline"),
        Route("/live", stream, name="live"),
        Route("/live/poll", poll, name="poll"),
        Route("/live/probe", probe, name="probe"),
        Route(WEBHOOK, webhook.verify, methods=["GET"], name="webhook"),
        Route(WEBHOOK, webhook.Door(), methods=["POST"]),  # StraightToTheWebhook comes before it
        Route("/sign-in", sign_in.show, methods=["GET"], name="sign-in"),
        Route("/sign-in", sign_in.enter, methods=["POST"]),
        Route("/sign-out", sign_in.leave, methods=["POST"], name="sign-out"),
        Route("/first-run", first_run.show, methods=["GET"], name="first-run"),
        Route("/first-run", first_run.create, methods=["POST"]),
        Route("/settings", settings.show, methods=["GET"], name="settings"),
        Route("/settings", settings.change_own, methods=["POST"]),
        Route("/settings/installation", settings.change_installation, methods=["POST"], name="installation"),
        Route("/palette", palette.show, name="palette"),
        Route("/settings/shortcuts", shortcuts.show, methods=["GET"], name="shortcuts"),
        Route("/settings/shortcuts", shortcuts.choose, methods=["POST"]),
        Route("/settings/shortcuts/defaults", shortcuts.reset, methods=["POST"], name="default-shortcuts"),
        Route("/settings/numbers", numbers.show, methods=["GET"], name="numbers"),
        Route("/settings/numbers/{number_id}", numbers.update, methods=["POST"], name="number"),
        Route(
            "/settings/numbers/{number_id}/tries", numbers.try_again, methods=["POST"], name="number-tries"
        ),
        Route("/settings/journal", journal.show, name="journal"),
        Route("/settings/journal/tries", journal.process_again, methods=["POST"], name="tries"),
        Route("/settings/journal/{journal_id}", journal.entry, methods=["GET"], name="journal-entry"),
        Route("/healthz", healthz, name="healthz"),
        Route("/readyz", readyz, name="readyz"),
        Route("/favicon.ico", favicon),
        Route("/sw.js", service_worker),
        Mount("/static", ReleasedFiles(directory=STATIC), name="static"),
    ]
