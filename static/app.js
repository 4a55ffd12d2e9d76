// What HTML cannot do alone. Every part does nothing where its markup is absent; every page works without it.
document.documentElement.classList.add("js");

// Copy buttons: <button data-copy="text">. They say so for two seconds, also to screen readers.
async function copy(button) {
  const words = button.firstChild;
  const before = words.textContent;
  try {
    await navigator.clipboard.writeText(button.dataset.copy);
    words.textContent = "Copied";
  } catch {
    words.textContent = "Select it and copy";
  }
  announce(words.textContent);
  setTimeout(() => {
    words.textContent = before;
  }, 2000);
}

function announce(words) {
  const line = document.createElement("span");
  line.className = "vh";
  line.textContent = words;
  document.getElementById("toasts")?.append(line);
  setTimeout(() => line.remove(), 2000);
}

function toast(words) {
  const box = document.createElement("div");
  box.className = "toast";
  box.dataset.toast = "";
  const text = document.createElement("span");
  text.textContent = words;
  const button = document.createElement("button");
  button.type = "button";
  button.className = "button small";
  button.dataset.dismiss = "";
  button.textContent = "Dismiss";
  box.append(text, button);
  document.getElementById("toasts")?.append(box);
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-copy], [data-dismiss], [data-print]");
  if (button?.dataset.copy !== undefined) copy(button);
  if (button?.dataset.print !== undefined) print();
  if (button?.dataset.dismiss !== undefined) {
    button.closest("[data-toast]").remove();
    document.getElementById("main").focus();
  }
  for (const menu of document.querySelectorAll("[data-menu][open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of document.querySelectorAll("[data-menu][open]")) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

// Ticking rows of a list: the box in the head ticks the page, and how many are ticked is said to screen readers.
function showTickAll() {
  for (const box of document.querySelectorAll("table:has(tbody .pick input) [data-tick-all]")) box.hidden = false;
}

document.addEventListener("change", (event) => {
  const table = event.target.closest(".pick") && event.target.closest("table");
  if (!table) return;
  const boxes = [...table.querySelectorAll("tbody .pick input")];
  if (event.target.dataset.tickAll !== undefined) for (const box of boxes) box.checked = event.target.checked;
  const ticked = boxes.filter((box) => box.checked).length;
  for (const box of table.querySelectorAll("[data-tick-all]")) box.checked = ticked === boxes.length;
  announce(`${ticked} ticked`);
});
document.addEventListener("htmx:afterSwap", showTickAll);
showTickAll();

// Tabs that do not all fit on a phone: a browser leaves one in focus half out of view.
document.addEventListener("focusin", (event) => {
  if (event.target.closest(".views, .places")) event.target.scrollIntoView({ block: "nearest", inline: "nearest" });
});

// One key each, where base.html has their help. They rest while somebody types, or holds another key down.
function row(step = 0) {
  const rows = [...document.querySelectorAll("tr[id^=row-]")];
  const here = rows.indexOf(document.activeElement.closest("tr"));
  return rows[here < 0 && step ? 0 : here + step];
}

const shortcuts = {
  "/": () => {
    for (const fold of document.querySelectorAll(".fold")) fold.open = true;
    (document.querySelector("#q") ?? document.querySelector("#find")).focus();
  },
  j: () => row(1)?.querySelector(".name").focus(),
  k: () => row(-1)?.querySelector(".name").focus(),
  x: () => row()?.querySelector(".pick input")?.click(),
  c: () => {
    // Of several teams one has to be chosen: that opens the menu of them.
    const claim = row()?.querySelector(".action :is(summary, button)") ?? document.querySelector("#claim-send");
    claim?.focus();
    if (row()) claim?.click();
  },
  o: () => row()?.querySelector(".name").click(),
  "?": () => document.querySelector("#shortcuts").togglePopover(),
};

document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input:not([type=checkbox]), select, textarea, #views");
  if (typing || event.ctrlKey || event.metaKey || event.altKey || !document.querySelector("#shortcuts")) return;
  if (!Object.hasOwn(shortcuts, event.key)) return;
  event.preventDefault();
  shortcuts[event.key]();
});

// What an error page says, where the server sent one.
function problemIn(xhr) {
  const page = new DOMParser().parseFromString(xhr?.responseText ?? "", "text/html");
  const said = page.querySelector("[data-problem]")?.textContent.trim();
  return said || "That did not work. Try again, or reload the page.";
}

// A form that came back with errors: the summary is what to read first.
document.addEventListener("htmx:afterSwap", () => {
  document.querySelector("#error-summary")?.focus();
});

for (const name of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) {
  document.addEventListener(name, (event) => toast(problemIn(event.detail.xhr)));
}
document.querySelector("#error-summary")?.focus();
