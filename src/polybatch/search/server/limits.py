"""The limits of the server as constants: of queries, lists and bodies, and of how often a client may ask."""

QUERY = 1_000  # characters; models read the first few hundred subwords
TOP = 100  # hits of one request
NAMES = 100  # languages, sources or ids of one request
DOCUMENTS = 100  # documents added by one request
BODY = 1 << 20  # bytes
SENDING = 30.0  # seconds that a client has to send one
LINGER = 10.0  # seconds for which what a refused client still sends is read, and forgotten
RATE = 20.0  # requests a second of one client address, over time; twice as many at once
CLIENTS = 10_000  # addresses that are remembered

LIMITED = ("/search", "/documents")
"""Paths whose requests are counted against a client's rate; the page, health and metrics are not."""
