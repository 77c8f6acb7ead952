"""Nouns: frozen dataclasses and enums of the standard library only; they do nothing but hold together what belongs together."""
