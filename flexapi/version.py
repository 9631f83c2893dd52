"""The version of FlexAPI; imports nothing, since the settings read it."""

VERSION = "1.0.0"
