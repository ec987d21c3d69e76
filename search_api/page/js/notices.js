// How trouble is shown: what went wrong, what to do about it, and a way to try again.

import { h } from "./elements.js";

/** @param {any} problem @param {() => void} [retry] */
export function renderProblem(problem, retry) {
  return h(
    "div",
    { class: "notice bad", role: "alert" },
    h("p", {}, h("strong", {}, problem.message || "Something went wrong.")),
    problem.hint && h("p", {}, problem.hint),
    problem.requestId && h("p", { class: "faint" }, `Request ${problem.requestId}`),
    retry && h("button", { class: "button", type: "button", onclick: retry }, "Try again"),
  );
}

/** Grey bars in the shape of what is coming. @param {number} number */
export function renderWaiting(number) {
  return h(
    "div",
    { class: "waiting", "aria-hidden": "true" },
    Array.from({ length: number }, () =>
      h("div", { class: "card" }, h("div", { class: "bar short" }), h("div", { class: "bar" }), h("div", { class: "bar" })),
    ),
  );
}
