"""The catalogues of languages: what is in them, made of the sources, and what is wrong with them. Needs no gettext tools."""
