// Tells the reader of the newest alerts that there are newer ones, as the server says so, or by asking it now and then.
// The page is complete without it.
"use strict";
const alerts = document.getElementById("alerts");
const fresh = document.getElementById("fresh");
const every = 15000;
let asking = 0;

function newer() {
  if (alerts.dataset.reload) location.reload();
  else if (fresh) fresh.hidden = false;
}

async function look() {
  if (document.hidden || !alerts) return;
  try {
    const answer = await fetch("/api/v1/alerts?limit=1&" + alerts.dataset.question, { cache: "no-store" });
    if (!answer.ok) return;
    const [newest] = (await answer.json()).alerts;
    if (newest && newest.id !== alerts.dataset.newest) newer();
  } catch {
    // The server is away for a moment: the next look will tell.
  }
}

function ask() {
  if (!asking) asking = setInterval(look, every);
}

let stream = null;

function follow() {
  const question = new URLSearchParams(alerts.dataset.question);
  if (alerts.dataset.newest) question.set("after", alerts.dataset.newest);
  stream = new EventSource("/api/v1/alerts/stream?" + question);
  stream.addEventListener("alert", newer);
  // Refused for good: many follow already, or a proxy in between cannot.
  stream.addEventListener("error", () => { if (stream.readyState === EventSource.CLOSED) ask(); });
}

// A browser opens six connections to a server: a tab that nobody looks at needs none.
function turned() {
  if (stream) stream.close();
  if (!document.hidden) follow();
}

if (alerts) {
  if ("EventSource" in window) {
    if (!document.hidden) follow();
    document.addEventListener("visibilitychange", turned);
    addEventListener("pagehide", () => stream && stream.close());
  } else {
    ask();
    document.addEventListener("visibilitychange", look);
  }
}
