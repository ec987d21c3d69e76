// How somebody signs in: by the link that the command line prints, or with a token or key of their own.

import { ask, Problem } from "./api.js";
import { keep, recall, takeCode } from "./credentials.js";
import { h } from "./elements.js";

/** A token from the address, this tab, this device or another tab. @returns {Promise<{signedIn: boolean, problem?: Problem}>} */
export async function enter() {
  const code = takeCode();
  if (code !== null) {
    try {
      const { token } = await ask("/v1/sign-in", { body: { code }, token: null });
      keep(token, false);
      return { signedIn: true };
    } catch (problem) {
      // A link that was used before does no harm to who is signed in.
      return (await recall()) !== null ? { signedIn: true } : { signedIn: false, problem };
    }
  }
  return { signedIn: (await recall()) !== null };
}

/** @param {{done: () => void, problem?: any}} options */
export function renderSignIn({ done, problem }) {
  const error = h("p", { class: "field-error", id: "token-error", role: "alert" }, problem && `${problem.message} ${problem.hint}`);
  const input = h("input", { id: "token", type: "password", autocomplete: "off", spellcheck: "false", required: true, maxlength: 8192, "aria-describedby": "token-hint token-error" });
  const remember = h("input", { id: "remember", type: "checkbox" });
  const button = h("button", { class: "button main", type: "submit" }, "Sign in");
  const submit = async (event) => {
    event.preventDefault();
    const given = input.value.trim();
    if (!given) {
      error.textContent = "Paste a token or an API key.";
      input.focus();
      return;
    }
    button.disabled = true;
    const refused = await tryToken(given);
    button.disabled = false;
    if (refused) {
      error.textContent = refused;
      input.setAttribute("aria-invalid", "true");
      input.focus();
      return;
    }
    keep(given, remember.checked);
    done();
  };
  return h(
    "section",
    { class: "sign-in" },
    h("h1", { tabindex: -1 }, "Sign in"),
    h("p", {}, "To search the code and chats of your workspace."),
    h(
      "form",
      { onsubmit: submit, novalidate: true },
      h("label", { for: "token" }, "Token or API key"),
      input,
      h("p", { class: "faint", id: "token-hint" }, "It is sent to this service and to nobody else."),
      error,
      h("label", { class: "check" }, remember, "Stay signed in on this device"),
      button,
    ),
    h(
      "details",
      {},
      h("summary", {}, "Where do I get one?"),
      h("ul", {},
        h("li", {}, "On the machine that runs the service, ", h("code", {}, "codingit page"), " prints a link that signs you in."),
        h("li", {}, h("code", {}, "codingit token"), " prints a token to paste here."),
        h("li", {}, "In a hosted workspace, use an API key (", h("code", {}, "cik_…"), ") of your account.")),
    ),
  );
}

/** Whether the service takes the token; what it says when not. @param {string} given @returns {Promise<string | null>} */
async function tryToken(given) {
  if (!/^[\x21-\x7e]+$/.test(given)) return "A token has no spaces and no letters with accents.";
  try {
    await ask("/v1/index/status", { token: given });
    return null;
  } catch (problem) {
    // A key may be for searching only.
    if (problem instanceof Problem && problem.status === 403 && problem.message.includes("scope")) return null;
    return `${problem.message} ${problem.hint ?? ""}`;
  }
}
