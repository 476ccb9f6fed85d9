"""What a run of the linker did."""

from dataclasses import dataclass, field


@dataclass
class LinkReport:
    """What a run of the linker did."""

    linked: int = 0  # items that waited
    again: int = 0  # items that were linked before, and are behind what the blog says now
    opened: list[int] = field(default_factory=list)  # follow-ups
    added: int = 0  # stories to follow-ups, opened ones included
    waiting: int = 0  # items that cannot be linked yet, as there are no posts

    def __iadd__(self, later: "LinkReport") -> "LinkReport":
        self.linked += later.linked
        self.again += later.again
        self.opened += later.opened
        self.added += later.added
        self.waiting = later.waiting
        return self
