"""The corrections by name, and what each does in words. No numbers: the command line reads it at its start."""

CORRECTIONS = {
    "centring": "the mean vector of each language is subtracted from its texts",
    "lir": "the directions that texts of a language have most in common are removed (LIR)",
    "lsar": "the directions in which the means of languages differ are removed from all texts (LSAR)",
    "shift": "passages are moved by the distance of their language from a pivot language; queries stay (SHIFT)",
}
"""What each does. All but lsar must know the language of a text."""

PIVOT = "en"
