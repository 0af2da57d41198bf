"""What is wrong, in plain French: one finding a line, with what to do about it."""
