"""Everything that can be done from the keyboard, in one table: the page's handler, the help, the palette and the settings
read it.

A command's name stands as `data-command` on the button or link that does it; its keys press that element. What is not on
the page, or not for this attendant, is not there to be pressed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from app.i18n import N_


class Group(StrEnum):
    """Where the help shows it; in the help's order."""

    EVERYWHERE = N_("Everywhere")
    CONVERSATION = N_("The conversation")
    MESSAGE = N_("The message")
    WRITING = N_("Writing")
    TEXT = N_("Formatting")
    MOVING = N_("Moving around")


class Place(StrEnum):
    """Where a command's element is looked for."""

    PAGE = "page"
    ROW = "row"  # the row that has the focus, else the open conversation
    MESSAGE = "message"  # the message that has the focus, else the customer's newest
    TEXT = "text"  # only while the message is being typed
    MOVE = "move"  # no element: it only moves the focus or the selection


@dataclass(frozen=True)
class Command:
    """`keys`: what presses it at first on Windows and Linux; `mac`: on a Mac, where not by the rule of `on_mac`."""

    name: str
    words: str
    group: Group
    keys: tuple[str, ...] = ()
    mac: tuple[str, ...] | None = None
    place: Place = Place.PAGE
    is_fixed: bool = False  # keys that no one may change: they mean the same in every program

    def defaults(self, *, on_mac: bool) -> tuple[str, ...]:
        if not on_mac or self.is_fixed:
            return self.keys
        return self.mac if self.mac is not None else tuple(map(mac_combination, self.keys))


def mac_combination(combination: str) -> str:
    """The same on a Mac: ⌃⌘ in place of Ctrl+Alt and of Alt, ⌘ in place of Ctrl."""
    *held, code = combination.split("+")
    if not {"Control", "Alt"} & set(held):
        return combination
    order = ["Control"] if "Alt" in held else []
    return "+".join([*order, *(["Shift"] if "Shift" in held else []), "Meta", code])


E, C, M, W, T = Group.EVERYWHERE, Group.CONVERSATION, Group.MESSAGE, Group.WRITING, Group.TEXT

# Where several stand on one key, the first that is there to be pressed is: Esc goes one step back.
COMMANDS: Sequence[Command] = (
    Command("palette", N_("Actions and conversations, by name"), E, ("Alt+KeyK",), ("Meta+KeyK", "Control+Meta+KeyK")),
    Command("shortcuts", N_("Keyboard shortcuts"), E, ("?", "Control+Slash")),
    Command("search", N_("Search conversations"), E, ("Control+Alt+Slash",)),
    Command("new-conversation", N_("New conversation"), E, ("Control+Alt+KeyN", "Control+Alt+Shift+KeyN")),
    Command("starred", N_("Starred messages"), E),
    Command("show-all", N_("All conversations"), E),
    Command("show-unread", N_("Unread conversations"), E),
    Command("show-mine", N_("My conversations"), E),
    Command("show-free", N_("Conversations that are nobody's"), E),
    Command("show-claude", N_("Claude's conversations"), E),
    Command("show-favourites", N_("Favourite conversations"), E),
    Command("archived", N_("Archived conversations"), E),
    Command("mark-all-read", N_("Mark all as read"), E),
    Command("select-conversations", N_("Select conversations"), E),
    Command("settings", N_("Settings"), E, ("Control+Alt+Comma", "Control+Alt+KeyP"), ("Control+Meta+Comma",)),
    Command("labels", N_("Labels"), E),
    Command("knowledge", N_("Knowledge"), E),
    Command("assistant", N_("Chat with Claude"), E),
    Command("theme", N_("Light or dark"), E, ("Control+Alt+KeyT",)),
    Command("sign-out", N_("Sign out"), E),
    Command("reply", N_("Reply"), M, ("Alt+KeyR",), place=Place.MESSAGE),
    Command("react", N_("React"), M, ("Alt+KeyJ",), place=Place.MESSAGE),
    Command("forward", N_("Forward"), M, ("Control+Alt+KeyD",), ("Control+Shift+Meta+KeyD",), Place.MESSAGE),
    Command("copy", N_("Copy"), M, place=Place.MESSAGE),
    Command("star", N_("Star"), M, ("Alt+Digit8",), place=Place.MESSAGE),
    Command("download", N_("Download"), M, place=Place.MESSAGE),
    Command("message-info", N_("Message info"), M, ("Control+Alt+Shift+KeyI",), place=Place.MESSAGE),
    Command("select-messages", N_("Select messages"), M, place=Place.MESSAGE),
    Command("delete-for-me", N_("Delete for me"), M, place=Place.MESSAGE),
    Command("take", N_("Take over"), C, ("Control+Alt+Shift+KeyT",)),
    Command("hand-back", N_("Hand back to Claude"), C, ("Control+Alt+Shift+KeyC",)),
    Command("resolve", N_("Resolve"), C, ("Control+Alt+Shift+KeyG",)),
    Command("stop", N_("Stop Claude's answer"), C, ("Control+Alt+Shift+KeyS",)),
    Command("assign", N_("Assign to a colleague"), C, ("Control+Alt+Shift+KeyA",)),
    Command("label", N_("Label"), C, ("Control+Alt+Shift+KeyL",), place=Place.ROW),
    Command("archive", N_("Archive"), C, ("Control+Alt+Shift+KeyE",), place=Place.ROW),
    Command("mute", N_("Mute"), C, ("Control+Alt+Shift+KeyM",), place=Place.ROW),
    Command("pin", N_("Pin"), C, ("Control+Alt+Shift+KeyP",), place=Place.ROW),
    Command("mark-unread", N_("Mark as unread"), C, ("Control+Alt+Shift+KeyU",), place=Place.ROW),
    Command("favourite", N_("Add to favourites"), C, ("Control+Alt+Shift+KeyF",), place=Place.ROW),
    Command("contact", N_("Contact details"), C, ("Alt+KeyI",)),
    Command("search-in-thread", N_("Search in the conversation"), C, ("Control+Shift+KeyF",)),
    Command("newest-message", N_("Go to the newest message"), C, ("Alt+End",)),
    Command("pause-claude", N_("Pause Claude here"), C),
    Command("claude-off", N_("Claude off here"), C),
    Command("rename", N_("Change the contact's name"), C),
    Command("block", N_("Block"), C, ("Control+Shift+KeyB",)),
    Command("use-template", N_("Use a template"), C),
    Command("forget-quote", N_("Do not quote"), W, ("Escape",), is_fixed=True),
    Command("discard-recording", N_("Discard the recording"), W, ("Escape",), is_fixed=True),
    Command("stop-selecting", N_("End the selection"), W, ("Escape",), is_fixed=True),
    Command("close-drawer", N_("Close what is open at the side"), C, ("Escape",), is_fixed=True),
    Command("close-conversation", N_("Close the conversation"), C, ("Escape",)),
    Command("attach", N_("Attach"), W, ("Alt+KeyA",)),
    Command("emoji", N_("Emoji"), W, ("Control+Alt+KeyE",)),
    Command("sticker", N_("Sticker"), W, ("Control+Alt+KeyS",)),
    Command("quick-replies", N_("Quick replies"), W, ("Alt+KeyQ",), ("Control+Meta+KeyY",)),
    Command("note", N_("Note to colleagues"), W, ("Alt+KeyO",)),
    Command("claude-help", N_("Help from Claude"), W, ("Alt+KeyC",)),
    Command("record", N_("Record a voice message"), W, ("Control+Alt+Shift+KeyR",)),
    Command("pause-recording", N_("Pause the recording, or go on"), W, ("Alt+KeyP",)),
    Command("send-recording", N_("Send the recording"), W, ("Control+Enter",)),
    Command("faster", N_("Play voice messages faster"), M, ("Control+Alt+Shift+Period",)),
    Command("slower", N_("Play voice messages slower"), M, ("Control+Alt+Shift+Comma",)),
    Command("bold", N_("Bold"), T, ("Control+KeyB",), place=Place.TEXT),
    Command("italic", N_("Italic"), T, ("Control+KeyI",), place=Place.TEXT),
    Command("strikethrough", N_("Strikethrough"), T, ("Control+Shift+KeyX",), place=Place.TEXT),
    Command("code", N_("Code"), T, ("Control+Shift+KeyI",), place=Place.TEXT),
    Command("code-block", N_("Block of code"), T, ("Control+Shift+KeyK",), place=Place.TEXT),
    Command("numbered", N_("Numbered list"), T, ("Control+Shift+Digit7",), place=Place.TEXT),
    Command("bulleted", N_("Bulleted list"), T, ("Control+Shift+Digit8",), place=Place.TEXT),
    Command("quote", N_("Quotation"), T, ("Control+Shift+Period",), place=Place.TEXT),
    Command(
        "next-conversation", N_("Next conversation"), Group.MOVING,
        ("Control+Alt+Tab", "Control+Alt+Shift+BracketRight"), place=Place.MOVE,
    ),
    Command(
        "previous-conversation", N_("Previous conversation"), Group.MOVING,
        ("Control+Alt+Shift+Tab", "Control+Alt+Shift+BracketLeft"), place=Place.MOVE,
    ),
    Command(
        "next-pane", N_("On to the list, the messages, the text, the side"), Group.MOVING,
        ("F6",), place=Place.MOVE, is_fixed=True,
    ),
    Command(
        "previous-pane", N_("Back to the one before"), Group.MOVING,
        ("Shift+F6",), place=Place.MOVE, is_fixed=True,
    ),
)  # fmt: skip
BY_NAME = {command.name: command for command in COMMANDS}

# What the keys do by themselves, for the help.
MOVES: Sequence[tuple[tuple[str, ...], str]] = (
    (("ArrowUp", "ArrowDown"), N_("From one conversation, message or entry of a menu to the next")),
    (("Home", "End"), N_("To the first, to the last")),
    (("PageUp", "PageDown"), N_("A screen up or down")),
    (("Enter",), N_("Open the conversation, or the message's menu; send the text")),
    (("Shift+F10",), N_("The menu of the conversation or the message")),
)
