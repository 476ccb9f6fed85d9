"""Follow-ups: the posts that need an update, with the stories that call for it."""
