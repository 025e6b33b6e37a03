"""A recipe so small that a whole run takes seconds."""

TINY = """\
name = "tiny"
languages = ["en", "sw"]
systems = ["untuned", "x-y", "hybrid"]
seeds = [1, 2]
test = ["newswire"]

[[train]]
source = "newswire"
stories = 240

[encoder]
vocabulary = 600
dimension = 16

[training]
steps = 6
batch_size = 16
"""
