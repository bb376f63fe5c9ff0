"""A golden conversation: what was said to whom, what the business knows, and what has to come of it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, model_validator

from app.assistant.tools.calling_people import HANDOFF
from app.characters import storable
from app.conversations.handoff import HandoffReason
from app.conversations.models import Author
from app.errors import Invalid
from app.knowledge.articles import LONGEST_BODY, LONGEST_TITLE
from app.opening_hours import FIELDS, checked
from app.rehearsing.playground import LONGEST_INSTRUCTIONS, LONGEST_TEXT

MOST_LINES, MOST_ARTICLES, MOST_ROUNDS, MOST_WORDS = 200, 500, 20, 50
NO_MATTER_WHEN = "2026-12-01 10:00"
LONGEST_AGO = 60 * 24 * 30  # minutes
AUTHORS = {"customer": Author.CONTACT, "claude": Author.CLAUDE, "attendant": Author.USER}
KINDS = {"voice": "audio"}  # as WhatsApp calls what we call otherwise

# What the simulator's Claude is told to do instead of answering.
Failure = Literal["overloaded", "broken", "unauthorized", "refusal", "cut", "half", "broken_call"]
FAILURES: dict[Failure, dict[str, Any]] = {
    "overloaded": {"name": "busy"},
    "broken": {"name": "broken"},
    "unauthorized": {"name": "unauthorized"},
    "refusal": {"name": "refusal"},
    "cut": {"name": "cut_midway"},
    "half": {"name": "half_answer"},
    "broken_call": {"name": "bad_tool_json"},
}


def kept(text: str) -> str:
    if storable(text) != text:
        raise ValueError("holds a character that no database keeps")
    return text


def visible(text: str) -> str:
    if not text.isprintable():
        raise ValueError("must be one line, of letters that can be seen")
    return text


def moment(text: str) -> str:
    try:
        datetime.strptime(text or NO_MATTER_WHEN, "%Y-%m-%d %H:%M")
    except ValueError:
        raise ValueError('must be written as "2026-12-01 10:00"') from None
    return text


Text = Annotated[str, AfterValidator(kept)]
Words = Annotated[Text, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]
Short = Annotated[Text, StringConstraints(max_length=1000)]


class Part(BaseModel):
    """To the letter: what nobody asked for is a slip of the pen."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Line(Part):
    """One message. `text` of what is no text is its caption; `minutes_ago` None: one before the next line's."""

    who: Literal["customer", "claude", "attendant"]
    text: Annotated[Text, StringConstraints(max_length=LONGEST_TEXT)] = ""
    type: Literal["text", "voice", "image", "video", "document", "sticker"] = "text"
    minutes_ago: int | None = Field(None, ge=0, le=LONGEST_AGO)

    @model_validator(mode="after")
    def says_something(self) -> Self:
        if self.type == "text" and not self.text.strip():
            raise ValueError("says nothing")
        return self


class Article(Part):
    title: Annotated[Text, StringConstraints(strip_whitespace=True, min_length=1, max_length=LONGEST_TITLE)]
    text: Annotated[Text, StringConstraints(strip_whitespace=True, min_length=1, max_length=LONGEST_BODY)]


class Setting(Part):
    """What an owner would set. `now`: "2026-12-01 10:00" in the business's zone, "" for the present moment.

    `simple_mode`: as on a server that is not Anthropic's, where the knowledge is searched instead of standing in the prompt.
    """

    business_name: Annotated[Text, StringConstraints(max_length=120)] = ""
    handoff_text: Short = ""
    person_words: Short = ""
    silence_words: Short | None = None
    opening_hours: dict[str, str] = {}
    expected_wait_minutes: int = Field(0, ge=0, le=10_000)
    labels: list[Annotated[Words, StringConstraints(max_length=40)]] = Field([], max_length=MOST_WORDS)
    now: Annotated[str, AfterValidator(moment)] = ""
    simple_mode: bool = False

    @model_validator(mode="after")
    def hours_are_hours(self) -> Self:
        if strange := self.opening_hours.keys() - set(FIELDS):
            raise ValueError(f"opening_hours has no {sorted(strange)[0]!r}")
        try:
            checked(self.opening_hours)
        except Invalid as refusal:
            raise ValueError(f"opening_hours.{refusal.field}: {refusal.words}") from None
        return self


class Expected(Part):
    """What has to come of it. What is left out may be as it likes; `judge` is asked of the judge, live."""

    handoff: bool | None = None
    reason: HandoffReason | None = Field(None, strict=False)
    held: bool | None = None
    silence: bool | None = None
    tools: list[Words] = Field([], max_length=MOST_WORDS)
    tools_not: list[Words] = Field([], max_length=MOST_WORDS)
    must_include: list[Words] = Field([], max_length=MOST_WORDS)
    must_not_include: list[Words] = Field([], max_length=MOST_WORDS)
    language: Literal["pt", "en", "es"] | None = None
    max_chars: int | None = Field(None, ge=1)
    max_bubbles: int | None = Field(None, ge=1)
    cites: list[Words] = Field([], max_length=MOST_WORDS)
    judge: Annotated[Text, StringConstraints(strip_whitespace=True, max_length=2000)] = ""

    @model_validator(mode="after")
    def makes_sense(self) -> Self:
        if not self.model_fields_set:
            raise ValueError("says nothing")
        if HANDOFF in {*self.tools, *self.tools_not}:
            raise ValueError('whether people are called is said by "handoff", not by the tools')
        if self.handoff is False and self.reason is not None:
            raise ValueError('a "reason" needs a hand-over')
        return self


class Call(Part):
    tool: Words
    input: dict[str, Any] = {}


class Round(Part):
    """What Claude does when it is asked once more: says something, calls tools, or fails. `quotes`: the words of an
    article that what it says rests on."""

    text: Annotated[Text, StringConstraints(max_length=20_000)] = ""
    quotes: Words | None = None
    calls: list[Call] = Field([], max_length=MOST_ROUNDS)
    stop: Literal["end_turn", "max_tokens", "stop_sequence", "pause_turn"] | None = None
    failure: Failure | None = None

    @property
    def wish(self) -> dict[str, Any]:
        """As the simulator takes it."""
        if self.failure:
            return FAILURES[self.failure]
        said = [{"text": self.text} | ({"cites": self.quotes} if self.quotes else {})] if self.text else []
        steps = [*said, *({"tool": call.tool, "input": call.input} for call in self.calls)]
        return {"steps": steps} | ({"stop_reason": self.stop} if self.stop else {})


class Golden(Part):
    """`script` None: Claude may not be scripted, so it is only asked live; [] where it must not be asked at all.
    `only`: what makes no sense the other way, as a model that is made to fail."""

    name: Annotated[Words, StringConstraints(max_length=120), AfterValidator(visible)]
    history: list[Line] = Field(min_length=1, max_length=MOST_LINES)
    expected: Expected
    knowledge: list[Article] = Field([], max_length=MOST_ARTICLES)
    instructions: Annotated[Text, StringConstraints(max_length=LONGEST_INSTRUCTIONS)] = ""
    settings: Setting = Setting()
    script: list[Round] | None = Field(None, max_length=MOST_ROUNDS)
    only: Literal["offline", "live"] | None = None

    @model_validator(mode="after")
    def is_a_conversation(self) -> Self:
        if self.history[-1].who != "customer":
            raise ValueError("the last word of the history must be the customer's")
        if self.ages != sorted(self.ages, reverse=True):
            raise ValueError("the history is not in the order of its minutes_ago")
        titles = {article.title for article in self.knowledge}
        if strange := next((title for title in self.expected.cites if title not in titles), None):
            raise ValueError(f'expected.cites: no article is called "{strange}"')
        return self

    @property
    def ages(self) -> Sequence[int]:
        """Of each line, in minutes."""
        ages: list[int] = []
        for line in reversed(self.history):
            usual = ages[-1] + 1 if ages else 0
            ages.append(usual if line.minutes_ago is None else line.minutes_ago)
        return ages[::-1]

    def left_out(self, *, live: bool) -> str:
        """Why it is not asked this way; "" when it is."""
        if live:
            return "only offline" if self.only == "offline" else ""
        return "only live" if self.only == "live" else "" if self.script is not None else "it has no script"
