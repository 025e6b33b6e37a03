"""Which rows make a batch: strategies and plans. Pure: no texts, no files, no torch."""
