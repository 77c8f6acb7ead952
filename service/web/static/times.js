// Shows times on the reader's clock. The server learns of the zone by a cookie and does the same from the next page on.
"use strict";
(() => {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const root = document.documentElement;
  if (zone && root.dataset.zone !== zone && !("zoneChosen" in root.dataset)) {
    document.cookie = `zone=${encodeURIComponent(zone)}; path=/; max-age=31536000; samesite=lax`;
    root.dataset.moved = "yes";
  }
  const language = root.lang === "zh-Hans" ? "zh-CN" : "en-GB";
  const clock = new Intl.DateTimeFormat(language, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  const full = new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "short", hourCycle: "h23" });
  const exact = new Intl.DateTimeFormat(language, { dateStyle: "full", timeStyle: "long" });
  const relative = new Intl.RelativeTimeFormat(language, { numeric: "always", style: "short" });

  function ago(at) {
    const seconds = Math.round((at - Date.now()) / 1000);
    const [unit, size] = [["day", 86400], ["hour", 3600], ["minute", 60], ["second", 1]].find((one) => Math.abs(seconds) >= one[1]) || ["second", 1];
    return relative.format(Math.trunc(seconds / size), unit);
  }

  function show(within) {
    for (const time of within.querySelectorAll("time[datetime]")) {
      const at = new Date(time.dateTime);
      if (isNaN(at)) continue;
      if (root.dataset.moved) {
        const face = time.querySelector(".clock:not(.market)") || time.querySelector(".moment");
        if (face) face.textContent = (face.classList.contains("moment") ? full : clock).format(at);
        for (const market of time.querySelectorAll(".market")) market.hidden = market.textContent.includes(clock.format(at));
      }
      time.title = exact.format(at);
    }
  }

  // Relative times grow old while a page stays open.
  function age() {
    for (const place of document.querySelectorAll("time[datetime] > .ago")) place.textContent = ago(new Date(place.parentElement.dateTime));
  }

  show(document);
  if (root.dataset.moved) for (const name of document.querySelectorAll("[data-zone-name]")) name.textContent = zone;
  setInterval(() => document.hidden || age(), 30000);
  document.addEventListener("htmx:load", (event) => show(event.target));
})();
