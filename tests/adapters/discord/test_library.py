"""What of the library's inside the front and the fake rely on; a new release that moves it fails here, by name."""

import inspect

import discord
import discord.gateway
import discord.http
import discord.state
import pytest
import yarl

from bot.adapters.discord.endpoints import apply_endpoints

PINNED = "2.7.1"


@pytest.fixture(autouse=True)
def _real_endpoints() -> None:
    apply_endpoints(None, None)


def test_the_library_is_the_pinned_one_and_its_inside_is_where_it_was() -> None:
    assert discord.__version__ == PINNED, "read the list below against the new release, then move the pin"
    assert discord.http.Route.BASE == "https://discord.com/api/v10"
    assert yarl.URL("wss://gateway.discord.gg/") == discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY
    assert "cls.DEFAULT_GATEWAY" in inspect.getsource(discord.gateway.DiscordWebSocket.from_client)
    assert "self.BASE + self.path" in inspect.getsource(discord.http.Route.__init__)
    assert "not view.is_finished()" in inspect.getsource(discord.InteractionResponse.send_message)
    assert "not modal.is_finished()" in inspect.getsource(discord.InteractionResponse.send_modal)
    assert "'guild_ready_timeout'" in inspect.getsource(discord.state.ConnectionState.__init__)
    assert "with_localizations" not in inspect.getsource(discord.http.HTTPClient.get_global_commands)
    assert isinstance(discord.VoiceClient.warn_nacl, bool)
    assert isinstance(discord.VoiceClient.warn_dave, bool)
