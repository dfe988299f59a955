"""Anything to a Corpus, and back: records, shapes of chats, files."""
