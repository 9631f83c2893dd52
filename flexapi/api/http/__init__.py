"""What every request passes before its endpoint: server threads, hosts, path prefix, parsers, websockets."""
