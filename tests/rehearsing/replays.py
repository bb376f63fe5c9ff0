"""Replays as they stand in the tables, made up for tests."""

from dataclasses import replace

from sqlalchemy import update

from app import clock
from app.assistant.models import Turn, TurnState
from app.db import transaction
from app.rehearsing.differing import alike, outcome_of, pieces_of
from app.rehearsing.models import Replay, ReplayCase, ReplayState
from app.rehearsing.sides import Side

THEN = Side(
    "Abrimos às nove.", tools=["opening_hours"], model="claude-haiku-5-5", output_tokens=20, microusd=250
)
NOW = replace(THEN, model="claude-opus-5-5", microusd=None)
PAIRS = (
    (THEN, replace(NOW, words="Abrimos às dez.")),
    (THEN, replace(NOW, tools=())),
    (THEN, replace(NOW, words="Vou chamar alguém.", reason="angry", summary="Atraso")),
    (replace(THEN, reason="other"), NOW),
    (THEN, replace(NOW, words="Custa R$ 9.", reason="unknown_price", is_held=True)),
    (THEN, replace(NOW, words="", reason="claude_failed", failure="529 overloaded_error")),
)


async def a_replay(asked: str = "Que horas abre?", pairs: tuple[tuple[Side, Side], ...] = PAIRS) -> None:
    """Of conversation 1: one that is over, and one under way that nobody works off."""
    before = {"instructions": "Assine como Bia.", "model": "claude-haiku-5-5", "effort": "low"}
    async with transaction() as session:
        turn = Turn(
            conversation_id=1, state=TurnState.ANSWERED, answers_position=1, model="claude-haiku-5-5",
            started_at=clock.now(), ended_at=clock.now(),
        )  # fmt: skip
        session.add(turn)
        for state in (ReplayState.DONE, ReplayState.RUNNING):
            replay = Replay(
                user_id=1, state=state, instructions=f"Assine como Lia. {asked}", model="claude-opus-5-5",
                effort="high", before=before, drafts={"articles": [[1, asked]]}, began_at=clock.now(),
            )  # fmt: skip
            session.add(replay)
            await session.flush()
            for place, pair in enumerate(pairs):
                case = ReplayCase(replay_id=replay.id, turn_id=turn.id, place=place, was={})
                if state is ReplayState.DONE or place == 0:
                    fill(case, asked, *pair)
                session.add(case)
            await session.flush()
        done = update(Replay).where(Replay.state == ReplayState.DONE)
        await session.execute(done.values(done=len(pairs), ended_at=clock.now()))


def fill(case: ReplayCase, asked: str, was: Side, now: Side) -> None:
    pieces = pieces_of(was.words, now.words)
    case.asked, case.was, case.became = asked, was.as_json(), now.as_json()
    case.outcome, case.number = outcome_of(was, now), case.place + 1
    case.pieces = {"words": [list(piece) for piece in pieces], "alike": alike(pieces)}
