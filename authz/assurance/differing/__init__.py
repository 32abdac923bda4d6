"""What changes from one policy set to another: the text, the decisions, who may what."""
