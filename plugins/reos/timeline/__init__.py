"""What happened, read back: a property's timeline, and the live stream of the event log to every listener."""
