"""What the console does, in JSON: `/api/v1`, for apps and scripts in a person's name."""
