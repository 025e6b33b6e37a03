"""The corrections by name, and what each does in words. No numbers: the command line reads it at its start."""

CORRECTIONS = {
    "centring": "the mean vector of each language is taken off its texts",
    "lir": "what texts of a language have most in common is projected off them (LIR)",
    "lsar": "the directions in which the means of languages differ are projected off all texts (LSAR)",
    "shift": "passages are moved back by how far their language lies from a pivot's; queries stay (SHIFT)",
}
"""What each does. All but lsar must know the language of a text."""

PIVOT = "en"
