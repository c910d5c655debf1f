"""From the moment a changed page is served to the moment its message is at Slack: how long, beyond the check itself?

    python -m bench.latency [SECONDS] [PAGES]

The daemon as `onrecord run` starts it, a site on loopback whose pages say something else each time they are asked, and
the Slack stand-in. A sample is one change: from the last byte of the page served to the message's arrival; reading,
comparing, rules and the commit are in it. The aim is 2 s for 95 of 100. Exit status 1 where it is missed.
"""

from __future__ import annotations

import itertools
import os
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Final

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tests.slack_standin import TOKEN, Post, SlackStandIn

ROOT: Final = Path(__file__).resolve().parent.parent
AIM: Final = 2.0
REST: Final = "".join(
    f"<p>Passage {at} says what the company does about audits in plant number {at} and who may read the reports.</p>"
    for at in range(20)
)
served: dict[str, float] = {}
arrived: dict[str, float] = {}
seen: set[str] = set()
numbers = itertools.count(1)
lock = threading.Lock()


def word(number: int) -> str:
    """A name that stands nowhere else, in letters, so that no number is masked."""
    letters = "abcdefghij"
    return "Region" + "".join(letters[int(digit)] for digit in f"{number:06}")


class Page(BaseHTTPRequestHandler):
    """Every answer is a change: another region is named."""

    def do_GET(self) -> None:
        with lock:
            name = word(next(numbers))
        where = self.path.strip("/")
        body = (
            f"<html lang=en><title>Sales {where}</title><body><h1>Sales {where}</h1>{REST}"
            f"<p>We will not sell instruments to police customers in {name}.</p></body></html>"
        ).encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        with lock:
            if where in seen:  # what stood there at first sight is told to nobody
                served[name] = time.monotonic()
            seen.add(where)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the name is the library's)
        """A bench needs no access log."""


class Noted(list[Post]):
    """In place of the stand-in's list of posts: when each region's message came."""

    def append(self, post: Post) -> None:
        at = time.monotonic()
        for name in re.findall(r"Region[a-j]{6}", post.words):
            arrived.setdefault(name, at)
        super().append(post)


def write_home(folder: Path, port: int, pages: int) -> None:
    """A home that asks every page every ten seconds and tells one channel of everything."""
    sources = "".join(
        f'      - {{kind: page, id: s{number}, every: 10s, url: "http://127.0.0.1:{port}/s{number}"}}\n'
        for number in range(pages)
    )
    (folder / "sources.yaml").write_text(f"companies:\n  - name: Halden\n    sources:\n{sources}")
    (folder / "routes.yaml").write_text(
        'receivers:\n  desk: {slack: {channel: "#rights"}, budget: false}\ndefault: desk\ndrill: false\n'
    )
    (folder / "settings.yaml").write_text(f'fetch: {{allow_private: ["127.0.0.1:{port}"], host_gap_seconds: 0}}\n')


def measure(seconds: float, pages: int) -> list[float]:
    """Seconds from served to arrived, one for each change that was told; the first sight of a page is none."""
    site = ThreadingHTTPServer(("127.0.0.1", 0), Page)
    threading.Thread(target=site.serve_forever, daemon=True).start()
    with SlackStandIn() as slack, tempfile.TemporaryDirectory(prefix="latency-") as folder:
        slack.posts = Noted()
        write_home(Path(folder), int(site.server_address[1]), pages)
        environ = {**os.environ, "ONRECORD_SLACK_TOKEN": TOKEN, "ONRECORD_SLACK_BASE_URL": slack.api}
        command = [sys.executable, "-m", "monitor", "--home", folder, "run", "--no-web"]
        daemon = subprocess.Popen(command, cwd=ROOT, env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            time.sleep(seconds)
        finally:
            daemon.terminate()
            daemon.wait(20)
    site.shutdown()
    return sorted(arrived[name] - served[name] for name in arrived if name in served)


def main() -> None:
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 90.0
    pages = int(sys.argv[2]) if len(sys.argv) > 2 else 20
    found = measure(seconds, pages)
    if len(found) < 20:
        print(f"only {len(found)} changes arrived: too few to say anything")
        sys.exit(1)
    late = found[min(len(found) - 1, int(len(found) * 0.95))]
    print(f"changes served and told   {len(found):>6}")
    print(f"half of them within       {statistics.median(found):>6.2f} s")
    print(f"95 of 100 within          {late:>6.2f} s   (aim {AIM:.0f} s)")
    print(f"the slowest               {found[-1]:>6.2f} s")
    print(f"machine                   {os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}")
    sys.exit(1 if late > AIM else 0)


if __name__ == "__main__":
    main()
