"""Published data sets, one file each: its facts, rows to train on, collections to evaluate on."""
