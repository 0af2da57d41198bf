"""What staff read of invoices: the queue of those to treat, one of them whole."""
