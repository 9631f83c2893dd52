"""The version of FlexAPI; imports nothing, since the settings read it."""

VERSION = "0.1.0"
