"""What the features stand on: database, object store, vault, clock, jobs, logs, metrics."""
