"""Batches on a cluster: real nodes of Ray, and Modal without an account."""
