"""The two things a stranger does first: the demo, and a run without a folder of their own."""

from pathlib import Path

from tests.support.process import running, tapewatch

ALERTS = (
    "Tongdaxin CPO Index at a new high",
    "Yangtze Optical Fibre and Cable (长飞光纤) at a new high",
    "Yangtze Optical Fibre and Cable (长飞光纤) hits limit-up",
    "Shenzhen Tellus (特发信息) hits limit-up",
    "Hengtong Optic-Electric (亨通光电) hits limit-up",
    "Changxin Borui (长芯博创) up 12%",
    "Zhishang Technology (致尚科技) up 12%",
    "Lumentum up 10%",
    "Moore Threads (摩尔线程) plans an IPO",
    "Muxi (沐曦股份) plans an IPO",
    "Zhipu (智谱) plans an IPO",
    "Minimax plans an IPO",
)


def test_the_demo_shows_every_alert_as_received_with_its_reason(tmp_path: Path) -> None:
    done = tapewatch("demo", cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    for title in ALERTS:
        assert done.stdout.count(f"e-mail [{_severity(title)}] {title}") == 1, title
        assert done.stdout.count(f"Slack  [{_severity(title)}] {title}") == 1, title
    assert "all 12 alerts arrived" in done.stdout
    assert "why      rule limit-up (rules/alerts/limit-up.yaml:" in done.stdout
    assert list(tmp_path.iterdir()) == [], "nothing is left behind"


def test_a_run_without_a_folder_of_ones_own_shows_the_seed(tmp_path: Path) -> None:
    with running(tmp_path, {}) as service:
        service.wait_for_page(ALERTS[0])
        _, page = service.get("/")
        for title in ALERTS:
            assert title.partition(" (")[0] in page
        assert service.get("/healthz")[0] == 200
        assert "tapewatch_alerts_total" in service.get("/metrics")[1]
        assert service.stop() == 0


def _severity(title: str) -> str:
    return "HIGH" if "limit-up" in title else "LOW" if "IPO" in title else "MEDIUM"
