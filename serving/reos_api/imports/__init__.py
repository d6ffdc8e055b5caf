"""Files of leads over HTTP: upload, preview, commit, undo, and what was refused."""
