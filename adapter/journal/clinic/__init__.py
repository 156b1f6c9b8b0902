"""What the clinic needs of those who are flagged: how near they are, who they are, what was said and done of them."""
