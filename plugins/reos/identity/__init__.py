"""Who may enter: passwords, access tokens, refresh-token families and sign-in. Callers open the transactions."""
