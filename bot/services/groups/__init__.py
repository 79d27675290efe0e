"""Groups: what their admins set, who is let in, and what becomes of a chat; and what the bot's operators do."""
