"""One module a `reos` command: read the options, call the stack, print the result."""
