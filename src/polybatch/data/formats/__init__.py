"""One reader per format of files, of training rows and of archives alike, and the bounds that all of them keep."""
