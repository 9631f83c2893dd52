"""The views, a module for each part of FlexGet's API."""
