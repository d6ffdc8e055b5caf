"""Investment memos: what there is, the document itself, and asking for one."""
