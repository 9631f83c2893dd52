"""Registers what the search of everything finds of the pages."""

from flexapi.api import search
from flexapi.web.documentation import pages

search.register("documentation", pages.find, "")
