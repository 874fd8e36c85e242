"""The people of the crash test: patients, guests, doctors and receptions who act at random, drop, come back, repeat
what they do not know the outcome of, and write down every answer and every frame they got."""

import asyncio
import json
import time

from fault_kit import Client, Lost
from stream_follower import StreamFollower

# Refusals by the gateway itself, which nobody stores.
NOT_DECIDED = {"in_flight", "rate_limited", "store_unavailable", "timed_out", "wrong_state", "draining"}


class Actor:
    """One person with one device at a time."""

    client_class = Client

    def __init__(self, world, clinic, role, sub, room=None, token=None):
        self.world, self.clinic, self.role, self.sub, self.room, self.token = world, clinic, role, sub, room, token
        self.client = self.client_class(world.engine, clinic, role, sub, None if role in ("doctor", "staff") else room)
        self.client.on_frame = self.note
        self.unanswered, self.answered, self.number = {}, {}, 0
        self.gone = self.aborted = False
        self.back = None
        self.follower, self.commands, self.unanswered_requests = StreamFollower(sub), [], []

    def note(self, frame):
        """Everything received, at the moment it came: an answer that nobody awaits any more counts all the same."""
        try:
            self.check(frame)
        except AssertionError as why:
            self.world.fault(str(why))

    def check(self, frame):
        kind, seq = frame["type"], frame.get("seq")
        if kind == "reply":
            self.note_reply(frame)
        elif kind in ("event", "visit") and "name" in frame:
            self.world.seen.append((self.clinic, seq, frame["name"], frame["at"], frame.get("by")))
        if self.role == "staff" and seq is not None and kind != "reply":
            self.follow(kind, seq, frame)

    def note_reply(self, frame):
        earlier = self.answered.get(frame["id"])
        if not frame["ok"] and frame["error"]["code"] in NOT_DECIDED:
            if not earlier:
                self.note_undecided(frame["id"], frame["error"]["code"])
            return
        what = self.unanswered.pop(frame["id"], None)
        if earlier:
            self.world.repeated += 1
            assert earlier[1] == frame, f"{self.sub}: asked again, {earlier[1]} became {frame}"
        elif what:
            self.answered[frame["id"]] = (what, frame)
            self.world.acked.append((self, what, frame))

    def note_undecided(self, command, code):
        """Refused before anybody looked at it; whether an earlier sending of the same had an effect, nobody says."""
        self.unanswered.pop(command, None)

    def follow(self, kind, seq, frame):
        if kind == "welcome":
            self.world.outcomes[frame["outcome"]] = self.world.outcomes.get(frame["outcome"], 0) + 1
        self.follower.follow(kind, seq, frame.get("outcome"), frame.get("more", False))

    async def live(self):
        """Comes, and acts until the engine is dead."""
        while True:
            try:
                await self.come()
                await self.recover()
                while True:
                    await self.step()
            except Lost:
                if self.aborted:
                    self.aborted = False
                    continue
                if self.world.engine_lives():
                    self.world.fault(f"{self.sub}: closed with {self.client.close_code}, nobody was killed")
                return

    async def come(self):
        await self.client.connect(resume=self.client.position, token=self.token)

    async def recover(self):
        """Goes back to where it was; repeats what is unanswered, and some of what was answered."""
        where = self.world.were_present.get((self.clinic, self.sub))
        if where and self.role != "staff":
            reply = await self.send("enter_room" if self.role == "doctor" else "enter_waiting_room", room=where["room"])
            self.back = (self.world.life, where, time.time() * 1000, reply)
        repeats = [(command, what) for command, what in self.unanswered.items()]
        if self.answered:
            some = self.world.random.sample(sorted(self.answered), min(2, len(self.answered)))
            repeats += [(command, self.answered[command][0]) for command in some]
        for command, (kind, fields) in repeats:
            await self.send(kind, command=command, **fields)
    def dispatch(self, kind, command, fields):
        self.unanswered.setdefault(command, (kind, fields))
        self.commands.append((self.world.life, kind, command))
        return self.client.post(kind, command, **fields)

    async def send(self, kind, command=None, **fields):
        if command is None:
            self.number += 1
            command = f"{self.sub}-{self.number}"
        return await self.client.outcome(self.dispatch(kind, command, fields))

    async def send_all(self, *commands):
        """Several at once, without waiting in between."""
        futures = []
        for kind, fields in commands:
            self.number += 1
            futures.append(self.dispatch(kind, f"{self.sub}-{self.number}", fields))
        for future in futures:
            await self.client.outcome(future)

    async def drop(self):
        self.aborted = True
        self.world.dropped.add((self.clinic, self.sub))
        self.client.abort()
        await asyncio.sleep(self.world.random.uniform(0, 0.05))
        raise Lost()

    async def pause(self):
        await asyncio.sleep(self.world.random.expovariate(1 / 0.02))

    def media(self):
        return {"video": self.world.random.random() < 0.5, "audio": self.world.random.random() < 0.5}


class Visitor(Actor):
    """A patient or guest."""

    async def step(self):
        await self.pause()
        room, choice = {"room": self.room}, self.world.random.random()
        if choice < 0.4:
            await self.send("enter_waiting_room", **room)
        elif choice < 0.6:
            await self.send("set_attention", attentive=self.world.random.random() < 0.5, **room)
        elif choice < 0.75:
            await self.send_all(("leave_room", room), ("enter_waiting_room", room))
        elif choice < 0.85:
            await self.send("leave_room", **room)
        elif choice < 0.92:
            await self.drop()
        elif choice < 0.96:
            await self.send("set_media", **room, **self.media())
        else:
            found = self.world.random.choice(["passed", "failed", "refused", "missing", "skipped"])
            checks = dict.fromkeys(("camera", "microphone", "speaker", "network"), found)
            await self.send("report_device_test", **room, **checks)


class Doctor(Actor):
    async def step(self):
        await self.pause()
        choice, room = self.world.random.random(), self.world.any_room(self.clinic)
        if choice < 0.5:
            self.room = room
            await self.send("enter_room", room=room)
        elif choice < 0.7 and self.room:
            await self.send("leave_room", room=self.room)
        elif choice < 0.8 and self.room:
            await self.send_all(("leave_room", {"room": self.room}), ("enter_room", {"room": room}))
            self.room = room
        elif choice < 0.85:
            await self.drop()
        elif choice < 0.9 and self.room:
            await self.send("set_media", room=self.room, **self.media())


class Reception(Actor):
    """Admits and ends; invites guests and books; compares its resumed board with a fresh one."""

    async def recover(self):
        await self.compare_boards()
        await super().recover()
        for path, method, body, key in list(self.unanswered_requests):
            await self.request(path, method, body, key)

    async def compare_boards(self):
        fresh = Client(self.world.engine, self.clinic, "staff", self.sub + "-twin")
        await fresh.connect()
        for _ in range(400):
            both = (fresh, self.client)
            if fresh.position and fresh.position == self.client.position and all(x.whole for x in both):
                mine, theirs = rooms_of(self.client.views), rooms_of(fresh.views)
                if mine != theirs:
                    differ = {
                        key: [mine.get(key), theirs.get(key)]
                        for key in mine.keys() | theirs.keys()
                        if mine.get(key) != theirs.get(key)
                    }
                    self.world.fault(f"{self.sub}: resumed and fresh board differ at {fresh.position} in {differ}")
                self.world.compared += 1
                break
            if self.client.ended.is_set():
                break
            await asyncio.sleep(0.001)
        await fresh.drop()

    async def request(self, path, method, body, key):
        """A PUT whose repetition by the same key must get the same answer, whatever died in between."""
        entry = (path, method, body, key)
        if entry not in self.unanswered_requests:
            self.unanswered_requests.append(entry)
        status, answer = await http(self.world.engine, method, path, body, self.staff_token(), key)
        self.unanswered_requests.remove(entry)
        if status < 500:
            self.world.requests.append((self.clinic, self.sub, key, status, answer))
        return status, answer

    def staff_token(self):
        return self.world.engine.token("staff", self.sub, self.clinic)

    async def step(self):
        await self.pause()
        room = self.world.any_room(self.clinic)
        visitor = self.world.random.choice(self.world.visitors_of(self.clinic, room))
        choice = self.world.random.random()
        if choice < 0.55:
            await self.send("admit", room=room, person=visitor.sub)
        elif choice < 0.63:
            await self.send("send_back", room=room, person=visitor.sub)
        elif choice < 0.71:
            await self.send_all(("lock_room", {"room": room}), ("unlock_room", {"room": room}))
        elif choice < 0.8:
            await self.send_all(("end_consultation", {"room": room}), ("reopen_consultation", {"room": room}))
        elif choice < 0.85:
            await self.send("end_consultation", room=room)
        elif choice < 0.92:
            await self.invite(room)
        else:
            self.number += 1
            name = f"{self.sub}-extra-{self.number}"
            body = {"starts_at": "2026-11-22T09:00:00.000Z", "patients": [visitor.sub] if visitor.token is None else []}
            await self.request(f"/v1/clinics/{self.clinic}/appointments/{name}", "PUT", body, name)

    async def invite(self, room):
        reply = await self.send("invite", room=room, party="interpreter", display_name="通訳")
        if not reply["ok"]:
            return
        body = {"clinic": self.clinic, "room": room, "invite": reply["invite"], "secret": reply["secret"]}
        status, answer = await http(self.world.engine, "POST", "/v1/invites/redeem", body, None, reply["invite"])
        if status == 200:
            self.world.add_guest(self.clinic, room, answer["person"], answer["token"])


def rooms_of(views):
    """The cards without the meter, which depends on when the card was drawn."""
    cards = {key: dict(card) for key, card in views.items() if key.startswith("room:") and card}
    for card in cards.values():
        card.pop("meter")
    return cards


async def http(engine, method, path, body, token, key):
    """One request on its own connection; Lost when the answer does not come."""
    try:
        reader, writer = await asyncio.open_connection(*engine.listen)
        text = json.dumps(body).encode()
        head = f"{method} {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nIdempotency-Key: {key}\r\n"
        head += f"Authorization: Bearer {token}\r\n" if token else ""
        writer.write(head.encode() + f"Content-Length: {len(text)}\r\n\r\n".encode() + text)
        answer = await reader.read()
        writer.close()
    except OSError as why:
        raise Lost() from why
    head, _, text = answer.partition(b"\r\n\r\n")
    if not head:
        raise Lost()
    try:
        return int(head.split()[1]), json.loads(text)
    except ValueError as why:
        raise Lost() from why
