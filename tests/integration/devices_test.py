#!/usr/bin/env python3
"""One person on several devices is one participant, who is there as long as one of them is. `devices_test.py EXE`"""

import time

import machiai_test


class devices(machiai_test.TestCase):
    def whereabouts(self, engine):
        return engine.board()["cards"]["r1"]["participants"][0]["whereabouts"]

    def test_an_older_devices_leave_keeps_the_newer_one_present(self):
        engine = self.engine("sqlite")
        engine.seed_visit("r1", patient="p1", doctor="d1")
        phone = engine.connect("patient", "p1", room="r1")
        phone.ok("enter_waiting_room", room="r1")
        desk = engine.connect("patient", "p1", room="r1")
        desk.ok("enter_waiting_room", room="r1")
        phone.ok("leave_room", room="r1")
        self.assertEqual(self.whereabouts(engine), "waiting")
        desk.ok("leave_room", room="r1")
        self.assertEqual(self.whereabouts(engine), "left")

    def test_an_older_devices_broken_connection_keeps_the_newer_one_present(self):
        engine = self.engine("sqlite", {"presence": {"leave_after_ms": 1000}})
        engine.seed_visit("r1", patient="p1", doctor="d1")
        phone, desk = (engine.connect("patient", "p1", room="r1") for _ in range(2))
        staff = engine.connect("staff", "s1")
        phone.ok("enter_waiting_room", room="r1")
        desk.ok("enter_waiting_room", room="r1")
        phone.abort()
        # Past the patience of the one that broke.
        time.sleep(2)
        staff.ok("lock_room", room="r1")
        self.assertEqual(self.whereabouts(engine), "waiting")
        self.assertNotIn("room.participant_left", [x.get("name") for x in staff.frames])


if __name__ == "__main__":
    machiai_test.main()
