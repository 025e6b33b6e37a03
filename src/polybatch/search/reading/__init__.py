"""Archives on disk as documents, one file per format. Nothing is fetched, and nothing that is read can run."""
