"""Investment memos: a typed view-model, a template, and a confined process that always makes the same PDF of them."""
