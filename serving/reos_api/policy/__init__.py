"""Policy: what was decided and why, the rules, budgets with their use, prices, and what was spent."""
