"""What a policy set promises, proved for all requests or shown to be broken."""
