// Adds to pages that need none of it: the reader's own zone, live updates, a few keys, copying a citation.
"use strict";
(() => {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";
  const isUtc = ["UTC", "Etc/UTC", "Etc/UCT", "UCT", "Zulu", "Etc/Zulu"].includes(zone);
  const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

  // Times stand in the page in UTC; the zone of this browser is put in their place, UTC stays in the title.
  function localise(root) {
    for (const time of root.querySelectorAll("time[data-utc]")) {
      const at = new Date(time.dateTime);
      if (isNaN(at) || time.dataset.local) continue;
      const of = { year: at.getFullYear() !== Number(time.dataset.year) ? ` ${at.getFullYear()}` : "" };
      const hours = String(at.getHours()).padStart(2, "0"), minutes = String(at.getMinutes()).padStart(2, "0");
      const day = `${at.getDate()} ${months[at.getMonth()]}${of.year}`;
      time.textContent = time.dataset.utc === "day" ? day : `${day}, ${hours}:${minutes}`;
      time.dataset.local = zone;
    }
    for (const said of root.querySelectorAll("[data-zone]")) said.textContent = isUtc ? "All times are UTC." : `Times are in ${zone.replaceAll("_", " ")}; hover or tap one for UTC.`;
  }

  function live() {
    const here = document.querySelector("[data-live]");
    if (!here || !window.EventSource || !window.htmx) return;
    const source = new EventSource(here.dataset.live);
    let waiting = null;
    source.addEventListener("changed", () => {
      clearTimeout(waiting);
      waiting = setTimeout(() => window.htmx.trigger(document.body, "changed"), 400);
    });
  }

  const isTyping = target => /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName) || target.isContentEditable;
  let last = "";
  document.addEventListener("keydown", event => {
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
    const go = { t: "/", s: "/search", c: "/companies", a: "/alerts", o: "/outbox" };
    if (last === "g" && go[event.key]) location.href = go[event.key];
    else if (event.key === "/") {
      const field = [...document.querySelectorAll("input[type=search]")].find(one => one.getClientRects().length);
      if (field) { field.focus(); field.select(); event.preventDefault(); }
    } else if (event.key === "j" || event.key === "k") {
      const rows = [...document.querySelectorAll("main h3 a, main th[scope=row] a")];
      const at = rows.indexOf(document.activeElement) + (event.key === "j" ? 1 : -1);
      if (rows[at]) rows[at].focus();
    } else if (event.key === "?") location.href = "/help";
    last = event.key;
  });

  document.addEventListener("click", event => {
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    const text = document.getElementById(button.dataset.copy).textContent.trim();
    navigator.clipboard.writeText(text).then(() => { button.textContent = "Copied"; });
  });

  document.addEventListener("htmx:afterSwap", event => localise(event.target));
  for (const one of document.querySelectorAll("[data-script]")) one.hidden = false;
  localise(document);
  live();
})();
