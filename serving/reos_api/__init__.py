"""The HTTP shell of Real Estate OS: it authenticates, asks the policy kernel, opens the transaction, calls `reos`."""
