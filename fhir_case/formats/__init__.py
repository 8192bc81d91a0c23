"""Other forms of a case, and comparisons of cases. Pure: no files, no servers."""
