"""The pages on which rules are looked at, tried, changed and made."""
