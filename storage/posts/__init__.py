"""The user's own posts: reading them from a blog's files, and importing them into the store."""
