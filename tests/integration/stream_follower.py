"""What a console may be told one after another (docs/protocol.md)."""


class StreamFollower:
    """Every position once and in order, over any number of reconnects, or a whole board that was announced by a
    welcome; with `reloads` also one in between, as after the death of a clinic's actor."""

    def __init__(self, who, reloads=False):
        self.who, self.reloads, self.next_seq, self.welcomed_at = who, reloads, None, None

    def follow(self, kind, seq, outcome=None, more=False):
        """One frame; an AssertionError when it must not come here."""
        if kind == "welcome":
            self.welcomed_at = seq
            if outcome == "nothing_missed":
                assert seq == self.next_seq - 1, f"nothing missed at {seq}, but {self.next_seq} is awaited"
            elif outcome == "reload":
                self.next_seq = None
        elif kind == "board":
            announced = self.next_seq is None and seq == self.welcomed_at
            forward = self.next_seq is None or seq + 1 >= self.next_seq
            assert announced or (self.reloads and forward), f"{self.who}: a board of {seq} that nobody announced"
            self.next_seq = seq + 1
        elif kind == "event":
            assert seq == self.next_seq, f"{self.who}: position {seq} where {self.next_seq} is due"
            self.next_seq = seq if more else seq + 1
        elif kind == "beat":
            assert seq < self.next_seq, "a beat ahead of its frames"
