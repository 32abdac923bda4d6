"""What listens: the decision API for apps, and the composition root that starts it."""
