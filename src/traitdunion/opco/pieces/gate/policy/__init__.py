"""What a file must and must not be; runs in the child only. One module per format, `file` joins them."""
