"""Sources of training rows, each a small file behind one protocol; the table of them is what recipes choose from."""
