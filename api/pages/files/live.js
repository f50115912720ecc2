// Keeps the page of a rotation up to date: what has changed is read again, and nothing that the reader has open is lost.
"use strict";

const from = document.querySelector("[data-live-from]");

function busy(part) {
  const active = document.activeElement;
  return (part.contains(active) && active.matches("input, textarea, select")) || part.querySelector("details[open] form");
}

async function refresh() {
  const answer = await fetch(location.href);
  if (!answer.ok || answer.redirected) return;
  const newer = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const part of document.querySelectorAll("[data-live]")) {
    const other = newer.getElementById(part.id);
    if (!other || other.innerHTML === part.innerHTML) continue;
    if (busy(part)) document.getElementById("changed").hidden = false;
    else part.replaceChildren(...other.childNodes);
  }
}

if (from) {
  let soon;
  // what a person says to the rotation is on the trail with the next act only, and counts change between two events
  const often = setInterval(() => document.hidden || refresh(), 15000);
  const source = new EventSource(from.dataset.liveFrom);
  source.addEventListener("changed", () => {
    clearTimeout(soon);
    soon = setTimeout(refresh, 300);
  });
  source.addEventListener("over", () => {
    source.close();
    clearInterval(often);
    refresh();
  });
}
