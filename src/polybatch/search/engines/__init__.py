"""Engines that hold passages and their vectors, one file each behind one small protocol."""
