"""Opening a workbook that comes from anywhere: what it is, whether it is safe to read, its sheets as plain cells."""
