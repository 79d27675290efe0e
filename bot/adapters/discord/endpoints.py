"""Where the library looks for Discord: the only place that changes it."""

import discord.gateway
import discord.http
import yarl

from bot.adapters.discord.errors import BadEndpoints

_REAL_API = discord.http.Route.BASE
_REAL_GATEWAY = discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY


def check_endpoints(api_base: str | None, gateway_url: str | None) -> None:
    """Raise BadEndpoints for one address without the other, which would send the token to the real Discord."""
    if bool(api_base) != bool(gateway_url):
        raise BadEndpoints("DISCORD_API_BASE and DISCORD_GATEWAY_URL are set together or not at all")
    if api_base and not api_base.startswith(("http://", "https://")):
        raise BadEndpoints("DISCORD_API_BASE does not start with http:// or https://")
    if gateway_url and not gateway_url.startswith(("ws://", "wss://")):
        raise BadEndpoints("DISCORD_GATEWAY_URL does not start with ws:// or wss://")


def apply_endpoints(api_base: str | None, gateway_url: str | None) -> None:
    """Point the library at both addresses, or back at the real ones for neither; raises BadEndpoints."""
    check_endpoints(api_base, gateway_url)
    discord.http.Route.BASE = api_base.rstrip("/") if api_base else _REAL_API
    discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(gateway_url) if gateway_url else _REAL_GATEWAY
