"""Machine translation of training rows: any translation model or program, cached, checked, alignment kept."""
