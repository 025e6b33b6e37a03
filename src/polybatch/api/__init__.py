"""The Python door: what a script or a notebook calls, with tables as pandas frames. `polybatch` itself offers it."""
