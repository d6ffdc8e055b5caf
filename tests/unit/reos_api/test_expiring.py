from reos_api.expiring import ExpiringMap


class Timer:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_an_entry_lives_for_its_own_time() -> None:
    timer = Timer()
    entries: ExpiringMap[str, int] = ExpiringMap(monotonic=timer)
    entries.put("short", 1, 5)
    entries.put("long", 2, 50)
    timer.now = 5
    assert (entries.get("short"), entries.get("long"), entries.get("absent")) == (None, 2, None)


def test_the_oldest_makes_room() -> None:
    entries: ExpiringMap[int, int] = ExpiringMap(capacity=2, monotonic=Timer())
    for key in (1, 2, 1, 3):
        entries.put(key, key, 10)
    assert [entries.get(key) for key in (1, 2, 3)] == [1, None, 3]


def test_an_entry_can_be_forgotten() -> None:
    entries: ExpiringMap[int, int] = ExpiringMap()
    entries.put(1, 1, 10)
    entries.discard(1)
    entries.discard(2)
    assert entries.get(1) is None
