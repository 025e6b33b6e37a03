"""The aligned table: parallel texts on disk, with the groups and languages of every row. No batches, no strategies."""
