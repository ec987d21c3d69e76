"""Histories of chats as other programs write them into files: one reader a format, all to the same records."""
