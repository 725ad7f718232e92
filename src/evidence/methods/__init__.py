"""What the book teaches: methods that chapters share, or that are too long for one."""
