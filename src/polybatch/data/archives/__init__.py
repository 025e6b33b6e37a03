"""Archives on disk as articles: folders, tables, JSON, feeds. Nothing is fetched, and nothing that is read can run."""
