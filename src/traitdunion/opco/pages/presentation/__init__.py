"""How data is laid out: a form on a page, a list in a spreadsheet."""
