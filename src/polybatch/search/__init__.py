"""Search over an archive: the index, its engines, the server and its page."""
