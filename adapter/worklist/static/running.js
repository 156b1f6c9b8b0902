"use strict";
// What the form comes to, while it is filled in: each change is worked out as the button below it would have it worked
// out, and only what runs beside the form is shown anew. Without this the button does the same.
(() => {
  const form = document.getElementById("sheet");
  const PAUSE_MS = 250;
  let waiting = 0;
  let asked = 0;

  const show = (whole) => {
    for (const old of form.querySelectorAll("[data-live]")) {
      const now = whole.querySelector(`[data-live="${old.dataset.live}"]`);
      if (now) old.replaceWith(document.adoptNode(now));
    }
  };

  const workOut = async () => {
    const mine = ++asked;
    const sent = new URLSearchParams(new FormData(form));
    sent.delete("keep");
    sent.set("show", "1");
    try {
      const answer = await fetch(form.action, { method: "POST", body: sent, redirect: "error" });
      if (!answer.ok || mine !== asked) return;
      show(new DOMParser().parseFromString(await answer.text(), "text/html"));
    } catch {
      // The page cannot be reached, or asks to sign in again: the buttons say so.
    }
  };

  form.addEventListener("change", () => {
    clearTimeout(waiting);
    waiting = setTimeout(workOut, PAUSE_MS);
  });
})();
