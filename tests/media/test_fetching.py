"""A file on its way from WhatsApp to the bubble, and everything that can go wrong on it."""

import pytest

from app.media.fetching import MEBIBYTE
from tests.clocks import MovingClock
from tests.media.files import JPEG, MP4, OGG, PDF, PNG, WEBP, Album, canary

FOREIGN_HASH = "p5vK0wYt1l0bqf3B7mQ2n8xZ4cR6dT9eF0gH1iJ2kL0="


async def test_each_kind_of_file_gets_its_bubble(album: Album) -> None:
    await album.sends("image", PNG, "image/png", caption="Chegou assim")
    await album.sends("video", MP4, "video/mp4")
    await album.sends("audio", OGG, "audio/ogg; codecs=opus", voice=True)
    await album.sends("voice", OGG, "audio/ogg")
    await album.sends("sticker", WEBP, "image/webp", animated=False)
    await album.sends("document", PDF, "application/pdf", filename="comprovante.pdf")
    await album.becomes(*["there"] * 6)
    image, video, audio, voice, sticker, document = await album.is_looked_into()
    assert f'src="/media/{image.id}/preview" alt="Foto" width="320" height="240"' in image.html
    assert f'poster="/media/{video.id}/preview"' in video.html
    assert f'src="/media/{sticker.id}" alt="Figurinha" width="512" height="512"' in sticker.html
    assert '<video class="media__picture"' in video.html
    assert all("<audio " in one.html and "hx-morph-skip" in one.html for one in (audio, voice))
    assert 'alt="Figurinha"' in sticker.html
    assert document.words.startswith("comprovante.pdf")
    assert "1 página · 193 B" in document.words
    for shown, data in ((image, PNG), (video, MP4), (audio, OGG), (sticker, WEBP), (document, PDF)):
        assert (await album.fetch(shown.id)).content == data
    assert len(album.lying()) == 6


async def test_an_echo_of_the_phone_app_with_a_file_is_fetched_too(album: Album) -> None:
    await album.sends("image")
    world = album.whatsapp.world
    file = world.media.store("image/jpeg", "", JPEG)
    value = {
        "messaging_product": "whatsapp",
        "metadata": {
            "display_phone_number": "5511900000000",
            "phone_number_id": world.config.phone_number_id,
        },
        "message_echoes": [
            {
                "from": "5511900000000", "to": "5511900000101", "id": "wamid.ECHO", "type": "image",
                "image": {"id": file.id, "mime_type": "image/jpeg", "sha256": file.sha256},
            }
        ],
    }  # fmt: skip
    change = {"field": "smb_message_echoes", "value": value}
    body = {"object": "whatsapp_business_account", "entry": [{"id": "1", "changes": [change]}]}
    assert await album.whatsapp.posts(body) == 200
    shown = await album.becomes("there", "there")
    assert (await album.fetch(max(one.id for one in shown))).content == JPEG


async def test_a_message_that_is_repeated_is_fetched_once(album: Album) -> None:
    file = album.whatsapp.world.media.store("image/png", "", PNG)
    content = {"id": file.id, "mime_type": "image/png", "sha256": file.sha256}
    await album.whatsapp.control(
        "POST", "/messages", customer="Ana", type="image", content=content, copies=5, timeout=10
    )
    album.id = (await album.marta.conversations()).popitem()[1]
    await album.becomes("there")
    assert len(album.lying()) == 1


async def test_a_message_without_a_file_id_keeps_its_label(album: Album) -> None:
    await album.sends("image", id="")
    assert await album.shown() == []
    assert "Foto" in (await album.marta.open(f"/c/{album.id}")).text


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "look_up", "code": 131000},
        {"kind": "look_up", "http_status": 502, "body": "<html>Bad Gateway</html>"},
        {"kind": "look_up", "http_status": 200, "body": "{}"},
        {"kind": "look_up", "http_status": 200, "body": "x" * 70_000},
        {"kind": "file", "http_status": 503},
        {"kind": "file", "http_status": 429},
        {"kind": "file", "http_status": 404},
        {"kind": "file", "http_status": 401},
        {"kind": "file", "http_status": 404, "remaining": 3},
        {"kind": "file", "how": "cut"},
        {"kind": "file", "how": "short"},
        {"kind": "file", "how": "damaged"},
    ],
    ids=lambda fault: "-".join(str(value)[:12] for value in fault.values()),
)
async def test_what_passes_is_tried_again_and_leaves_nothing_behind(
    album: Album, hand: MovingClock, fault: dict[str, object]
) -> None:
    await album.whatsapp.breaks(fault)
    await album.sends("image")
    [shown] = await album.waits_are_over(hand, "there")
    assert (await album.fetch(shown.id)).content == PNG
    assert len(album.lying()) == 1


@pytest.mark.parametrize("how", ["damaged", "short"])
async def test_wrong_bytes_twice_are_given_up_in_words_and_fetched_again_by_hand(
    album: Album, hand: MovingClock, how: str
) -> None:
    await album.whatsapp.breaks({"kind": "file", "how": how, "remaining": 2})
    await album.sends("image", caption="Olha")
    [shown] = await album.waits_are_over(hand, "failed")
    assert "Este arquivo chegou danificado." in shown.words
    assert 'data-action="fetch-again"' in shown.html
    assert album.lying() == []
    answer = await album.asks_again()
    assert answer.status_code == 200
    assert "Este arquivo chegou danificado." not in answer.text  # it comes, or is there by now
    await album.becomes("there")
    assert (await album.asks_again()).status_code == 200  # nothing to do: it stays
    await album.becomes("there")


async def test_a_hash_that_never_fits_is_given_up(album: Album, hand: MovingClock) -> None:
    await album.sends("image", sha256=FOREIGN_HASH)
    await album.waits_are_over(hand, "failed")
    assert album.lying() == []


async def test_without_a_hash_in_the_webhook_graphs_own_counts(album: Album, hand: MovingClock) -> None:
    await album.whatsapp.breaks({"kind": "file", "how": "damaged", "remaining": 2})
    await album.sends("image", sha256="")
    await album.waits_are_over(hand, "failed")


async def test_a_file_that_is_too_large_is_not_taken(album: Album) -> None:
    await album.sends("sticker", WEBP + bytes(MEBIBYTE), "image/webp")
    [shown] = await album.becomes("failed")
    assert "grande demais" in shown.words
    assert "fetch-again" not in shown.html  # it would be as large again
    assert album.lying() == []


async def test_a_file_that_never_ends_is_left(album: Album) -> None:
    await album.whatsapp.breaks({"kind": "file", "how": "endless"})
    await album.sends("sticker", WEBP, "image/webp")
    [shown] = await album.becomes("failed")
    assert "grande demais" in shown.words
    assert album.lying() == []


async def test_a_file_that_whatsapp_does_not_have_is_given_up_after_some_tries(
    album: Album, hand: MovingClock
) -> None:
    file = await album.sends("document", PDF, "application/pdf", id="300000000000001")
    [shown] = await album.waits_are_over(hand, "failed")
    assert "O WhatsApp não tem este arquivo." in shown.words
    assert "fetch-again" in shown.html
    assert file.id != "300000000000001"


async def test_after_seven_days_a_file_has_expired(album: Album, hand: MovingClock) -> None:
    await album.whatsapp.breaks({"kind": "file", "http_status": 503, "remaining": 1})
    await album.sends("image", id="300000000000001")
    await album.becomes("waiting")
    hand.move(days=8)
    await album.marta.sign_in()  # nobody's session lasts that long
    [shown] = await album.waits_are_over(hand, "failed")
    assert "este expirou" in shown.words
    assert "fetch-again" not in shown.html


async def test_a_token_that_is_refused_is_said(album: Album) -> None:
    await album.whatsapp.breaks({"kind": "look_up", "code": 190})
    await album.sends("image")
    [shown] = await album.becomes("failed")
    assert "O WhatsApp não entregou este arquivo." in shown.words
    await album.asks_again()
    await album.becomes("there")


async def test_an_address_elsewhere_is_never_asked_and_gets_no_token(album: Album) -> None:
    async with canary() as stranger:
        await album.whatsapp.breaks({"kind": "look_up", "url": f"{stranger.address}/file"})
        await album.sends("image")
        [shown] = await album.becomes("failed")
        assert "endereço inseguro" in shown.words
        away = {"Location": f"{stranger.address}/file"}
        await album.whatsapp.breaks({"kind": "file", "http_status": 302, "headers": away})
        await album.asks_again()
        await album.becomes("failed")
        assert stranger.heard == []
    await album.asks_again()
    await album.becomes("there")


async def test_a_redirect_within_the_same_host_is_followed(album: Album) -> None:
    file = album.whatsapp.world.media.store("image/png", "", PNG)
    near = {"Location": f"/files/whatsapp/{file.id}"}
    await album.whatsapp.breaks({"kind": "file", "http_status": 302, "headers": near})
    await album.sends("image")
    await album.becomes("there")


async def test_a_redirect_that_goes_round_ends(album: Album, hand: MovingClock) -> None:
    round_ = {"kind": "file", "http_status": 302, "headers": {"Location": "/files/whatsapp/900000000000001"}}
    await album.whatsapp.breaks(round_ | {"remaining": 1000})
    await album.sends("image")
    await album.waits_are_over(hand, "failed")


async def test_while_the_disk_is_nearly_full_media_wait_and_messages_go_on(
    album: Album, hand: MovingClock
) -> None:
    store = album.desk.app.state.store
    store.low_water_bytes, usual = 10**18, store.low_water_bytes
    await album.sends("image", caption="Olha isto")
    [shown] = await album.becomes("waiting")
    assert "Buscando…" in shown.words
    assert album.lying() == []
    assert "Olha isto" in (await album.marta.open(f"/c/{album.id}")).text
    store.low_water_bytes = usual
    await album.waits_are_over(hand, "there")


async def test_an_attendant_can_ask_again_without_script_and_only_in_the_right_conversation(
    album: Album,
) -> None:
    await album.whatsapp.breaks({"kind": "look_up", "code": 190})
    await album.sends("image")
    await album.becomes("failed")
    bubble = (await album.marta.bubbles(album.id))[-1]
    elsewhere = await album.marta.post(f"/c/{album.id}/messages/{bubble.id + 1}/media")
    assert elsewhere.status_code == 404
    plain = await album.marta.post(f"/c/{album.id}/messages/{bubble.id}/media", htmx=False)
    assert (plain.status_code, plain.headers["location"]) == (303, f"/c/{album.id}")
    await album.becomes("there")
