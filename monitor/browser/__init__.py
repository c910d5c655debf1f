"""Pages that need a browser: Chromium in a process tree of its own, behind a gate of ours, until a deadline."""
