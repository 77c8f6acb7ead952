// Tells the reader of the newest alerts that there are newer ones. The page is complete without it.
"use strict";
const alerts = document.getElementById("alerts");
const fresh = document.getElementById("fresh");
const every = 15000;

async function look() {
  if (document.hidden || !alerts) return;
  try {
    const answer = await fetch("/api/v1/alerts?limit=1&" + alerts.dataset.question, { cache: "no-store" });
    if (!answer.ok) return;
    const [newest] = (await answer.json()).alerts;
    if (!newest || newest.id === alerts.dataset.newest) return;
    if (alerts.dataset.reload) location.reload();
    else if (fresh) fresh.hidden = false;
  } catch {
    // The server is away for a moment: the next look will tell.
  }
}

setInterval(look, every);
document.addEventListener("visibilitychange", look);
