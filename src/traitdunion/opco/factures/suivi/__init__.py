"""What a CFA reads of its invoices in MyA: what may be invoiced, what waits, what was paid, what is to come back."""
