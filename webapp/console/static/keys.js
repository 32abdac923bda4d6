/* The keys of the console: an addition, everything works without them. They are off while
   somebody types, and where the person switched them off under Profile. */
"use strict";

(() => {
  const typing = (target) => target.closest("input, select, textarea, [contenteditable]");
  const rows = () => [...document.querySelectorAll(
    ".stacks tbody tr, .log summary, .fold > summary")];
  let waits = false;

  const step = (by) => {
    const all = rows();
    const at = all.findIndex((row) => row.contains(document.activeElement));
    const row = all[Math.min(Math.max(at + by, 0), all.length - 1)];
    const target = row && (row.matches("summary") ? row : row.querySelector("a, button"));
    if (target) {
      target.focus();
      row.scrollIntoView({ block: "nearest" });
    }
  };

  const acts = {
    "/": () => (document.querySelector("main input[type=search]")
      ?? document.querySelector("main form[method=get] input:not([type=hidden])"))?.focus(),
    "?": () => document.getElementById("keys")?.showModal(),
    j: () => step(1),
    k: () => step(-1),
    n: () => document.querySelector("[data-add]")?.click(),
    g: () => {
      waits = true;
      setTimeout(() => { waits = false; }, 1500);
    },
  };

  const leave = () => {
    const here = document.activeElement;
    const open = here.closest("details[open]");
    if (open) {
      open.open = false;
      open.querySelector("summary").focus();
    } else {
      here.blur();
    }
  };

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !document.querySelector("dialog[open], :popover-open")) {
      leave();
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    if (document.querySelector("dialog[open]")) return;
    if (waits) {
      waits = false;
      const entry = document.querySelector(`a[data-key="${CSS.escape(event.key)}"]`);
      if (entry) {
        event.preventDefault();
        entry.click();
        return;
      }
    }
    if (acts[event.key]) {
      event.preventDefault();
      acts[event.key]();
    }
  });
})();
