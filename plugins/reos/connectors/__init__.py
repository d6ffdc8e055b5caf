"""Sources of property facts, all behind one egress client, one error taxonomy and one landing."""
