"""What may happen to Ana's conversation, or beside it, in any order: for random sequences."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random

from tests.actors import Browser, bubbles_in
from tests.live.stage import YESTERDAY, Sent, Stage
from tests.people import ANA, BRUNO, CLARA

WORDS = ("Oi", "Certo", "*Já* vou", "linha\noutra", "<b>?")
EMOJI = ("👍", "❤️", "😂", "")
STATUSES = ("sent", "delivered", "read", "failed", "played")
MODES = ("claude", "person", "paused", "off")


@dataclass
class Chance:
    """Draws changes from one seed and remembers what they made. `told` is what happened, for whoever must repeat it."""

    stage: Stage
    random: Random
    said: list[str] = field(default_factory=list)
    sent: list[Sent] = field(default_factory=list)
    turn: int | None = None
    told: list[str] = field(default_factory=list)

    async def happens(self) -> None:
        change = self.random.choice(CHANGES)
        self.told.append(change.__name__)
        await change(self)

    def ago(self) -> timedelta:
        return timedelta(seconds=self.random.choice((0, 0, 0, 30, 90, 600, YESTERDAY.total_seconds())))

    def attendant(self) -> Browser:
        return self.random.choice((self.stage.marta, self.stage.paulo))

    def words(self) -> str:
        return f"{self.random.choice(WORDS)} {len(self.told)}"


async def ana_writes(chance: Chance) -> None:
    chance.said.append(await chance.stage.says(ANA, chance.words(), ago=chance.ago()))


async def ana_quotes(chance: Chance) -> None:
    if chance.said:
        quoted = chance.random.choice(chance.said)
        chance.said.append(await chance.stage.says(ANA, chance.words(), reply_to=quoted))


async def others_write(chance: Chance) -> None:
    await chance.stage.says(chance.random.choice((BRUNO, CLARA)), chance.words(), ago=chance.ago())


async def somebody_answers(chance: Chance) -> None:
    """Not waited for: it is queued, and accepted whenever Graph has answered."""
    await chance.stage.whatsapp.breaks("no_statuses")
    answer = await chance.attendant().reply(chance.stage.ana, chance.words())
    chance.sent.append(Sent(bubbles_in(answer.text)[0].id, ""))
    chance.turn = None


async def the_phone_answers(chance: Chance) -> None:
    await chance.stage.does("echoes", customer=ANA.name, text=chance.words())
    chance.turn = None


async def whatsapp_reports(chance: Chance) -> None:
    accepted = await chance.stage.whatsapp.accepted()
    if accepted:
        wamid = chance.random.choice(accepted)["wamid"]
        await chance.stage.whatsapp.reports(wamid, chance.random.choice(STATUSES))


async def ana_reacts(chance: Chance) -> None:
    if chance.said:
        target, emoji = chance.random.choice(chance.said), chance.random.choice(EMOJI)
        await chance.stage.does("reactions", customer=ANA.name, id=target, emoji=emoji)


async def ana_edits(chance: Chance) -> None:
    if chance.said:
        await chance.stage.does("edits", id=chance.random.choice(chance.said), text=chance.words())


async def ana_takes_back(chance: Chance) -> None:
    if chance.said:
        await chance.stage.does("revocations", id=chance.random.choice(chance.said))


async def somebody_switches(chance: Chance) -> None:
    mode = chance.random.choice(MODES)
    await chance.stage.switches(chance.attendant(), mode)
    chance.turn = chance.turn if mode == "claude" else None


async def claude_goes_on(chance: Chance) -> None:
    if chance.turn is None:
        await chance.stage.switches(chance.stage.marta, "claude")
        chance.turn = await chance.stage.claude_begins()
    elif chance.random.random() < 0.6:
        await chance.stage.claude_writes(chance.turn, f"Abrimos às **9h** {len(chance.told)}")
    else:
        await chance.stage.claude_answers(chance.turn, chance.words())
        chance.turn = None


async def claude_hands_over(chance: Chance) -> None:
    await chance.stage.claude_hands_over()
    chance.turn = None


async def somebody_reads(chance: Chance) -> None:
    await chance.stage.reads(chance.attendant(), chance.random.choice((chance.stage.ana, chance.stage.bruno)))


CHANGES: tuple[Callable[[Chance], Awaitable[None]], ...] = (
    ana_writes, ana_writes, ana_quotes, others_write, somebody_answers, the_phone_answers, whatsapp_reports, whatsapp_reports,
    ana_reacts, ana_edits, ana_takes_back, somebody_switches, claude_goes_on, claude_goes_on, claude_hands_over, somebody_reads,
)  # fmt: skip
