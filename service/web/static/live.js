// Tells the reader of the newest alerts that there are newer ones, as the server says so, or by asking it now and then.
// The page is complete without it.
"use strict";
const every = 15000;
let stream = null;
let asking = 0;

function shown() {
  return document.getElementById("alerts");
}

function newer() {
  if (shown()?.dataset.reload) location.reload();
  else document.getElementById("fresh")?.removeAttribute("hidden");
}

async function look() {
  const alerts = shown();
  if (document.hidden || !alerts) return;
  try {
    const answer = await fetch("/api/v1/alerts?limit=1&" + alerts.dataset.question, { cache: "no-store" });
    if (answer.status === 401) clearInterval(asking); // the session has ended
    if (!answer.ok) return;
    const [newest] = (await answer.json()).alerts;
    if (newest && alerts.dataset.newest && newest.id !== alerts.dataset.newest) newer(); // older pages do not say theirs
  } catch {
    // The server is away for a moment: the next look will tell.
  }
}

function ask() {
  if (!asking) asking = setInterval(look, every);
}

// A browser opens six connections to a server: a tab that nobody looks at needs none.
function follow() {
  if (stream) stream.close();
  const alerts = shown();
  if (document.hidden || !alerts || asking) return;
  const question = new URLSearchParams(alerts.dataset.question);
  if (alerts.dataset.newest) question.set("after", alerts.dataset.newest);
  const opened = (stream = new EventSource("/api/v1/alerts/stream?" + question));
  opened.addEventListener("alert", newer);
  // Refused for good: many follow already, or a proxy in between cannot.
  opened.addEventListener("error", () => { if (opened.readyState === EventSource.CLOSED) ask(); });
}

follow();
document.addEventListener("visibilitychange", () => (asking ? look() : follow()));
document.addEventListener("htmx:afterSettle", follow); // another filter
addEventListener("pagehide", () => stream && stream.close());
