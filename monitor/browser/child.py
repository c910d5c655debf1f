"""The process that drives Chromium for one look. Run as a script with an empty environment; knows nothing of On Record.

It reads what to do from standard input and leaves files in the folder it was given; ``about.json`` is written last.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import json
import re
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

from playwright.sync_api import Error, sync_playwright

ARGUMENTS = (
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",  # names are looked up at the gate alone
    "--disable-quic",
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--dns-prefetch-disable",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-domain-reliability",
    "--disable-sync",
    "--no-pings",
    "--no-first-run",
    "--mute-audio",
    "--disable-dev-shm-usage",
)
WITHOUT_PICTURES = ("--blink-settings=imagesEnabled=false", "--disable-remote-fonts")
FLATTEN = """() => {
  const put = (root) => { for (const host of root.querySelectorAll("*")) if (host.shadowRoot) {
    put(host.shadowRoot);
    const copy = document.createElement("div");
    copy.innerHTML = host.shadowRoot.innerHTML;
    copy.querySelectorAll("style, script, link").forEach((one) => one.remove());
    host.prepend(copy);
  } };
  put(document);
}"""  # the text of web components stands in trees of their own, which no serialisation of the page holds
QUIET = 0.5  # seconds the text must stay as it is
LONGEST_QUIET = 8.0
MOST_ORIGINS = 300
LARGEST_PICTURE = 30_000_000


def main() -> None:
    """One look."""
    wanted: dict[str, Any] = json.load(sys.stdin)
    about = _looked(wanted, Path(wanted["folder"]))
    Path(wanted["folder"], "about.json").write_text(json.dumps(about), encoding="utf-8")


def _looked(wanted: dict[str, Any], folder: Path) -> dict[str, Any]:
    ends_at = time.monotonic() + wanted["seconds"]
    with sync_playwright() as playwright:
        try:
            browser = playwright.chromium.launch(
                executable_path=wanted["chromium"],
                args=[*ARGUMENTS, *(() if wanted["pictures"] else WITHOUT_PICTURES)],
                chromium_sandbox=wanted["sandbox"],
                proxy={"server": f"http://127.0.0.1:{wanted['port']}", "bypass": "<-loopback>"},
                timeout=_left(ends_at),
            )
        except Error as error:
            return {"fault": "launch", "said": _first(error)}
        context = browser.new_context(
            user_agent=wanted["user_agent"],
            locale=wanted["language"],
            accept_downloads=False,
            service_workers="block",
            ignore_https_errors=wanted["is_unchecked"],
            viewport={"width": 1280, "height": 900},
        )
        page = context.new_page()
        asked: Counter[str] = Counter()  # by origin
        context.on("request", lambda request: asked.update(["/".join(request.url[:2_000].split("/")[:3])]))
        context.on("page", lambda other: other.close())
        about = {"version": browser.version, **_visited(page, wanted, folder, ends_at)}
        about["origins"] = dict(asked.most_common(MOST_ORIGINS))
        browser.close()
    return about


def _visited(page: Any, wanted: dict[str, Any], folder: Path, ends_at: float) -> dict[str, Any]:
    sent_to = [wanted["url"]]
    page.on("request", lambda one: sent_to.append(one.url) if one.is_navigation_request() and _is_main(one) else None)
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    try:
        answer = page.goto(wanted["url"], wait_until="domcontentloaded", timeout=_left(ends_at))
    except Error as error:
        code = re.search(r"net::(ERR_[A-Z_0-9]+)", error.message)
        return {"fault": code[1] if code else type(error).__name__, "said": _first(error), "at": sent_to[-1]}
    if answer is None:
        return {"fault": "ERR_EMPTY_RESPONSE", "said": "no answer", "at": sent_to[-1]}
    with contextlib.suppress(Error):
        page.wait_for_load_state("load", timeout=min(_left(ends_at), LONGEST_QUIET * 1_000))
    _settle(page, ends_at)
    hops = []
    hop = answer.request.redirected_from
    while hop is not None:
        moved = hop.response()
        hops.append([hop.url, moved.status if moved else 0, moved.headers.get("location", "") if moved else ""])
        hop = hop.redirected_from
    about = {
        "status": answer.status,
        "headers": [[one["name"].lower(), one["value"]] for one in answer.headers_array()],
        "sent": [[name.title(), value] for name, value in answer.request.all_headers().items() if name[0] != ":"],
        "final_url": page.url,
        "redirects": hops[::-1],
    }
    with contextlib.suppress(Error):
        about["raw_digest"] = hashlib.sha256(answer.body()).hexdigest()
    with contextlib.suppress(Error):
        origin = "/".join(page.url.split("/")[:3])
        table = session.send("Network.getCertificate", {"origin": origin})["tableNames"]
        if table:
            about["certificate"] = hashlib.sha256(base64.b64decode(table[0])).hexdigest()
    if wanted["pictures"]:
        _pictured(page, session, folder, ends_at)
    with contextlib.suppress(Error):
        page.evaluate(FLATTEN)  # after the pictures: a component could show what is put into it
    Path(folder, "page.html").write_text(page.content(), encoding="utf-8", errors="replace")
    return about


def _is_main(request: Any) -> bool:
    try:
        return request.frame.parent_frame is None
    except Error:
        return False


def _settle(page: Any, ends_at: float) -> None:
    """Wait until the text stays as it is for a moment; a page that goes on writing is taken as it stands."""
    until = min(ends_at, time.monotonic() + LONGEST_QUIET)
    length, since = -1, time.monotonic()
    while time.monotonic() < until and time.monotonic() - since < QUIET:
        with contextlib.suppress(Error):
            now = page.evaluate("document.body ? document.body.innerText.length : 0")
            if now != length:
                length, since = now, time.monotonic()
        page.wait_for_timeout(100)


def _pictured(page: Any, session: Any, folder: Path, ends_at: float) -> None:
    """The whole page as a picture, and as one file; a page that allows neither is kept without."""
    with contextlib.suppress(Error):
        taken = page.screenshot(full_page=True, animations="disabled", timeout=_left(ends_at))
        if len(taken) <= LARGEST_PICTURE:
            Path(folder, "picture.png").write_bytes(taken)
    with contextlib.suppress(Error):
        copy = session.send("Page.captureSnapshot", {"format": "mhtml"})["data"]
        if len(copy) <= LARGEST_PICTURE:
            Path(folder, "page.mhtml").write_text(copy, encoding="utf-8", errors="replace", newline="")


def _left(ends_at: float) -> float:
    """Milliseconds; never 0, which would mean no end."""
    return max(1.0, (ends_at - time.monotonic()) * 1_000)


def _first(error: Error) -> str:
    return next((line for line in error.message.splitlines() if line.strip()), "")[:300]


if __name__ == "__main__":
    main()
