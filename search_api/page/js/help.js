// The help: which keys there are, and how to ask.

import { renderWays } from "./empty.js";
import { h } from "./elements.js";

const KEYS = [
  [["/"], "Go to the search box"],
  [["↓", "↑"], "Next and previous result (also j and k)"],
  [["Enter"], "Open the result"],
  [["Esc"], "Back to the results, then to the search box"],
  [["c"], "Copy the link of the result or the open file"],
  [["w"], "Why the result was found"],
  [["1", "2", "3"], "Everything, code only, chats only"],
  [["?"], "This help"],
];

/** @type {HTMLDialogElement | null} */
let dialog = null;

export function showHelp() {
  dialog ??= /** @type {HTMLDialogElement} */ (
    h(
      "dialog",
      { class: "help", "aria-labelledby": "help-title" },
      h("form", { method: "dialog" }, h("button", { class: "icon-button close", "aria-label": "Close" }, "×")),
      h("h1", { id: "help-title" }, "Shortcuts and how to ask"),
      h("h2", {}, "Keys"),
      h("dl", { class: "keys" }, KEYS.map(([keys, what]) => h("div", {}, h("dt", {}, keys.map((key) => h("kbd", {}, key))), h("dd", {}, what)))),
      h("h2", {}, "How to ask"),
      renderWays(),
    )
  );
  if (!dialog.isConnected) {
    document.body.append(dialog);
    dialog.addEventListener("click", (event) => {
      // An example leads to its results, and the page behind is where those are.
      if (event.target === dialog || (event.target instanceof Element && event.target.closest("a"))) dialog?.close();
    });
  }
  if (!dialog.open) dialog.showModal();
}
