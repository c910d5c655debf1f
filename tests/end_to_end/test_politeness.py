"""Some hours of many sources on few hosts, as the server saw them; and what robots.txt, Retry-After and budgets do."""

from __future__ import annotations

from datetime import timedelta

from bench.day import GAP, simulate


def test_no_host_sees_two_requests_at_once_or_inside_its_gap_and_no_source_starves() -> None:
    day = simulate(80, 10, 6, at_once=6, patience=0.3)
    assert day.hosts == 10
    assert day.requests > 90
    assert day.most_at_once == 1
    assert day.shortest_gap >= GAP
    assert day.starved == ()
    assert day.latest < timedelta(minutes=15)
    assert day.closed_to_us == 0
    assert day.busiest <= day.budget
    assert all(0 < count < 40 for count in day.to_the_broken.values()), day.to_the_broken


def test_a_host_with_more_to_ask_than_its_budget_is_looked_at_all_day_and_each_source_gets_its_share() -> None:
    day = simulate(60, 5, 24, budget=45, at_once=6, patience=0.3)
    [crowded] = day.asking_too_much
    assert (crowded.host, crowded.sources, crowded.wanted) == ("host-0.example", 16, 64)
    assert crowded.asked in {44, 45}
    assert crowded.longest < 2 * 64 / 45
    assert day.starved == ()
    assert day.latest < timedelta(minutes=15)
