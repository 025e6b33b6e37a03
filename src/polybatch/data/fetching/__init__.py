"""Fetch data into the layout that upstream has, only when asked: from the hub, from the web, out of archives."""
