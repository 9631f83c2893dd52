"""What the server says of itself: `/api/server`, its summary, `/healthz`, `/metrics`, how far long work is."""
