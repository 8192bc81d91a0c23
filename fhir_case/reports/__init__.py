"""Reports: what was found, as text for people and in the forms that other programs read. One module a form."""
