"""Drawing documents as PDF: pages filled from the top down, in the fonts that every viewer has."""
