"""The demo: a small blog and a small news site, crawled and linked once, with nothing else started."""
