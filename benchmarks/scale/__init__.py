"""What linking takes on a blog of any size: time, memory, and pauses of the event loop."""
