"""What an earlier version left behind, for the tests of upgrading: made once by `fill`, kept beside it."""
