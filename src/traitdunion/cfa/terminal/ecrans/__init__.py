"""What the commands show, screen by screen."""
