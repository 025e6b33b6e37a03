"""Stored results to something people look at: tables and one HTML page. No model, no torch."""
