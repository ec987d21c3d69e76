"""The door for agents: tools over the same use cases as HTTP, with replies that are made for a model to read."""
