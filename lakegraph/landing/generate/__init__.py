"""A deterministic generator of commerce drops: what a shop's systems would deliver, day by day."""
