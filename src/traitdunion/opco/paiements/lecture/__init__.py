"""What staff read of payments, beside the acts: recoveries, files of the bank, the accounts checked."""
