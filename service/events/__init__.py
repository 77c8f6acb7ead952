"""Item to market events: what happened, to whom, by how much, and whether it really happened. Pure: text in, objects out."""
