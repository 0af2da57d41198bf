"""What the commands share: their options, what they print, how they end."""
