"""The OpenID AuthZEN 1.0 endpoints: a function from request to response, and its server."""
