"""The Census Bureau's geocoder: free, without a key; one address or a file of them. See README.md beside this file."""
