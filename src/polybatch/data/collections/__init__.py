"""Collections to judge on, one file each: its upstream layout, and what is query, passage and relevant in it."""
