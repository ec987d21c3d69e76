// Who asks: a token in this tab's memory, handed on to this page's other tabs, kept on the device only if so wished.

const KEY = "codingit.token";
const ANSWER_MS = 250;
const channel = "BroadcastChannel" in window ? new BroadcastChannel("codingit.sign-in") : null;

/** @type {string | null} */
let current = null;
/** @type {Set<() => void>} */
const leaving = new Set();

/** @returns {string | null} */
export function token() {
  return current;
}

/** Called when another tab has signed out. @param {() => void} listener */
export function onSignedOut(listener) {
  leaving.add(listener);
}

/** @param {string} given @param {boolean} remember Keep it when the browser is closed. */
export function keep(given, remember) {
  current = given;
  drop();
  store(remember ? "localStorage" : "sessionStorage", (storage) => storage.setItem(KEY, given));
}

export function signOut() {
  current = null;
  drop();
  channel?.postMessage({ signedOut: true });
}

/** The token of this tab, of this device or of another tab; null when there is none. @returns {Promise<string | null>} */
export async function recall() {
  for (const name of ["sessionStorage", "localStorage"]) {
    current ??= store(name, (storage) => storage.getItem(KEY));
  }
  if (current === null && channel) {
    const given = await askOtherTabs(channel);
    if (given !== null) keep(given, false);
  }
  return current;
}

/** Take the code out of the address, so that it is in no bookmark and no history. @returns {string | null} */
export function takeCode() {
  const code = /^#code=([\w-]{1,200})$/.exec(location.hash)?.[1] ?? null;
  if (code !== null) history.replaceState(history.state, "", location.pathname + location.search);
  return code;
}

function drop() {
  for (const name of ["sessionStorage", "localStorage"]) store(name, (storage) => storage.removeItem(KEY));
}

/** @template T @param {string} name @param {(storage: Storage) => T} use @returns {T | null} */
function store(name, use) {
  try {
    return use(window[name]);
  } catch {
    // Where a browser forbids storage, the token lives as long as the page.
    return null;
  }
}

/** @param {BroadcastChannel} others @returns {Promise<string | null>} */
function askOtherTabs(others) {
  return new Promise((resolve) => {
    const answer = (event) => {
      if (typeof event.data?.token === "string") end(event.data.token);
    };
    const end = (given) => {
      others.removeEventListener("message", answer);
      clearTimeout(timer);
      resolve(given);
    };
    const timer = setTimeout(() => end(null), ANSWER_MS);
    others.addEventListener("message", answer);
    others.postMessage({ asks: true });
  });
}

channel?.addEventListener("message", (event) => {
  if (event.data?.asks && current !== null) channel.postMessage({ token: current });
  if (event.data?.signedOut && current !== null) {
    current = null;
    drop();
    for (const listener of leaving) listener();
  }
});
