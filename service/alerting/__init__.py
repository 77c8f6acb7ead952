"""Matches → which alerts, to whom, bundled how, and when again: pure decisions that are given `now` and say why."""
