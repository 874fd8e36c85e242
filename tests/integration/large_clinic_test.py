#!/usr/bin/env python3
"""A clinic as large as its limits allow, with the connection limits as they are by default."""

import bisect
import json

import machiai_test

ROOMS = 2000
# Only how fast it is filled.
SETTINGS = {"connection": {"http_requests_per_second": 100000, "http_requests_burst": 100000}}


class large_clinic(machiai_test.TestCase):
    def test_a_console_gets_a_board_of_as_many_rooms_as_there_may_be(self):
        engine = self.engine(settings=SETTINGS)
        engine.seed_visit("r0", patient="p1", doctor="d1")
        visit = {"starts_at": "2026-04-10T01:00:00.000Z", "patients": ["p1"], "doctors": ["d1"]}
        visit["menu"] = "オンライン再診(三十分、予約制、家族同席可、通訳あり、字幕あり、録画なし、院外薬局受け取り)"
        for i in range(1, ROOMS):
            engine.put(f"/v1/clinics/c1/appointments/r{i}", visit)
        engine.put("/v1/clinics/c1/appointments/one-more", visit, expect=429)
        desk = engine.connect("staff", "s1")
        self.assertEqual(len([key for key in desk.state if key.startswith("room:")]), ROOMS)
        board = json.dumps(engine.board(), ensure_ascii=False, separators=(",", ":"))
        self.assertGreater(len(board.encode()), 1_150_000)
        desk.ok("lock_room", room="r7")
        self.assertTrue(desk.until(lambda state: state["room:r7"]["locked"]))

    def test_a_console_that_missed_all_that_is_kept_gets_all_of_it(self):
        engine = self.engine(settings=SETTINGS)
        engine.seed_visit("r1", patient="p1", doctor="d1")
        desk = engine.connect("staff", "s1")
        positions, sizes = [desk.position], [0]
        for i in range(1100):
            patient = {"name": f"{i}" + "患" * 90, "kana": "カ" * 90, "chart_number": f"{i}"}
            engine.put("/v1/clinics/c1/patients/p1", patient)
            sizes.append(len(json.dumps(desk.next_event(), ensure_ascii=False).encode()))
            positions.append(desk.position)
        top = positions[-1][1]

        def is_replayed(place):
            back = engine.connect("staff", "s2", resume=positions[place])
            self.addCleanup(back.close)
            if back.welcome["outcome"] == "reload":
                return False
            missed = [back.next_event()["seq"] for _ in range(top - positions[place][1])]
            self.assertEqual(missed, list(range(positions[place][1] + 1, top + 1)))
            return True

        # Where the ring begins.
        oldest = bisect.bisect_left(range(1100), True, key=is_replayed)
        self.assertGreater(sum(sizes[oldest + 1 :]), 1_000_000)
        self.assertEqual([is_replayed(oldest + i) for i in (-1, 0, 1, 2)], [False, True, True, True])


if __name__ == "__main__":
    machiai_test.main()
