"""What is durable: the database, the files, the lock of the sender, and where a campaign kills."""
