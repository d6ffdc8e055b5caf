"""`reos doctor`: what this machine needs, what it lacks, and the exact remedy."""
