"""What the blog's own posts say: names with amounts, dates and plans, sentence by sentence."""
