"""A retry storm in short: what Meta kept comes all at once, and customers go on writing. `bin/bench storm` is the long form."""

from tests.bench.served import serving
from tests.bench.storm import weathered


async def test_a_retry_storm_is_taken_in_whole_and_no_live_message_waits_for_its_end(
    database_url: str,
) -> None:
    async with serving(database_url) as served:
        found = await weathered(served, 6_000)
    assert found.lost == 0
    assert found.storm.refused > 0, "the storm fitted into the queue"
    assert found.live.refused == 0
    assert len(found.live.spans) > 0
    assert max(found.live.spans) < found.storm.seconds
