// Keeps the page of a rotation up to date: what has changed is read again, and nothing that the reader has open is lost.
"use strict";

const from = document.querySelector("[data-live-from]");

function busy(part) {
  const active = document.activeElement;
  return (part.contains(active) && active.matches("input, textarea, select")) || part.querySelector("details[open] form");
}

// what a reader sees: forms have a new id each time, and what is folded out is the reader's own
function shown(part) {
  const copy = part.cloneNode(true);
  copy.querySelectorAll("input[name=request_id]").forEach((each) => each.remove());
  copy.querySelectorAll("details").forEach((each) => each.removeAttribute("open"));
  return copy.innerHTML;
}

async function refresh() {
  const answer = await fetch(location.href).catch(() => null);
  if (!answer || !answer.ok || answer.redirected) {
    document.getElementById("changed").hidden = false;
    return;
  }
  const newer = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const part of document.querySelectorAll("[data-live]")) {
    const other = newer.getElementById(part.id);
    if (!other || shown(other) === shown(part)) continue;
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
