"""Health for load balancers and people, and metrics for Prometheus."""
