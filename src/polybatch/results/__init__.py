"""The run folder: what stands in it, written and read. No model, no measure."""
