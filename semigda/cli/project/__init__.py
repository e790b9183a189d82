"""``semigda project ...``: ``commands`` has its parser, a module each the groups of actions."""
