"""MyA, the portal of the training centres and the employers."""
