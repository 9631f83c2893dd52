"""The config file on this machine's disk: noticing changes, replacing it in one step, staying in step."""
