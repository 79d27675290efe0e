"""The school: questions, what is due, what is believed, quiz nights (docs/teaching.md)."""
