"""What every endpoint shares: router, envelope, pagination, errors, authentication, permissions, schema."""
