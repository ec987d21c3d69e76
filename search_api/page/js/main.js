// The page as a whole: an address is a view, a view is shown, and what somebody does makes the next address.

import { emptyView, readView, resultsOf, writeView } from "./address.js";
import { announce } from "./announce.js";
import { ask } from "./api.js";
import { loadChoices, noChoices } from "./choices.js";
import { onSignedOut, signOut } from "./credentials.js";
import { fill, find, h } from "./elements.js";
import { renderStart } from "./empty.js";
import { loadExamples } from "./examples.js";
import { renderFile, showLines } from "./file_view.js";
import { Filters } from "./filters.js";
import { showHelp } from "./help.js";
import { IndexStatus } from "./index_status.js";
import { listenToKeys } from "./keyboard.js";
import { renderProblem, renderWaiting } from "./notices.js";
import { renderResults } from "./results_view.js";
import { Searching } from "./searching.js";
import { SessionPages } from "./session_pages.js";
import { renderSession } from "./session_view.js";
import { enter, renderSignIn } from "./sign_in.js";

// After such a pause, what is typed next is another question, to which Back leads.
const PAUSE_MS = 2000;
const TITLE = "codingit search";
// Elsewhere the keyboard would come up over half of the page.
const HAS_KEYS = matchMedia("(hover: hover) and (pointer: fine)");

const main = find("main");
const box = find("query");
let view = readView(location.search);
let choices = noChoices();
let signedIn = false;
/** @type {import("./examples.js").Examples} */
let examples = {};
/** @type {{key: string, answer: import("./searching.js").Answer} | null} */
let last = null;
/** What is opened, if it is not the results. @type {AbortController | null} */
let opening = null;
/** The result that was opened, and where the page stood then. */
let left = { href: "", top: 0 };
let typing = false;
let pause = 0;

const searching = new Searching(takeAnswer);
const filters = new Filters((change) => go({ ...resultsOf(view), ...change, limit: emptyView().limit }));
const status = new IndexStatus({ changed: takeStatus, refused: (problem) => problem.status === 401 && leaveSignedOut(problem) });

async function start() {
  listenToKeys({ leave: leaveOpened, within: (within) => signedIn && go({ ...resultsOf(view), within, limit: emptyView().limit }) });
  find("help-button").addEventListener("click", showHelp);
  find("sign-out").addEventListener("click", () => leaveSignedOut());
  find("search").addEventListener("submit", (event) => {
    event.preventDefault();
    type(true);
  });
  box.addEventListener("input", () => type(false));
  box.addEventListener("blur", () => { typing = false; });
  addEventListener("popstate", () => {
    view = readView(location.search);
    render({ back: true });
  });
  document.addEventListener("click", followLink);
  onSignedOut(() => leaveSignedOut());
  // A link that signs in, opened in a tab that has the page already, only changes what is behind the #.
  addEventListener("hashchange", () => location.hash.startsWith("#code=") && admit());
  await admit();
}

async function admit() {
  const { signedIn: entered, problem } = await enter();
  if (entered) begin();
  else askToSignIn(problem);
}

function begin() {
  signedIn = true;
  find("sign-out").hidden = false;
  box.disabled = false;
  document.body.classList.remove("signed-out");
  status.start();
  reloadChoices();
  render({});
  if (isStart() && HAS_KEYS.matches) box.focus({ preventScroll: true });
}

function askToSignIn(problem) {
  signedIn = false;
  searching.stop();
  opening?.abort();
  status.stop();
  find("sign-out").hidden = true;
  find("filters").hidden = true;
  box.disabled = true;
  document.body.classList.add("signed-out");
  last = null;
  choices = noChoices();
  examples = {};
  searching.forget();
  document.title = `Sign in · ${TITLE}`;
  fill(main, renderSignIn({ done: begin, problem }));
  main.querySelector(problem ? "#token" : "h1")?.focus();
}

function leaveSignedOut(problem) {
  if (!signedIn) return;
  signOut();
  askToSignIn(problem);
}

/** Something was typed into the box, or sent with Enter. @param {boolean} sent */
function type(sent) {
  if (!signedIn) return;
  const asked = { ...resultsOf(view), q: box.value, limit: emptyView().limit };
  const address = writeView(asked);
  if (address !== location.pathname + location.search) {
    if (typing) history.replaceState(null, "", address);
    else history.pushState(null, "", address);
  }
  const opened = view.file || view.session;
  left = { href: "", top: 0 };
  view = asked;
  typing = !sent;
  clearTimeout(pause);
  pause = setTimeout(() => { typing = false; }, PAUSE_MS);
  setTitle(asked.q);
  if (!asked.q.trim() || opened) render({ typed: true });
  else if (sent) searching.now(view);
  else searching.soon(view);
}

/** Show another view under its own address. */
function go(next, { replace = false } = {}) {
  const address = writeView(next);
  typing = false;
  if (address === location.pathname + location.search) return;
  if (replace) history.replaceState(null, "", address);
  else history.pushState(null, "", address);
  view = next;
  render({});
}

/** Links within the page change the view without loading the page anew. */
function followLink(event) {
  const link = event.target instanceof Element ? event.target.closest("a[href]") : null;
  if (!link || event.defaultPrevented || event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  const url = new URL(link.href, location.href);
  if (url.origin !== location.origin || url.pathname !== "/" || url.hash || !signedIn) return;
  event.preventDefault();
  const next = readView(url.search);
  if (next.file || next.session) left = { href: link.getAttribute("href") ?? "", top: scrollY };
  go(next);
}

function leaveOpened() {
  if (!view.file && !view.session) return false;
  // Where the results are the entry before, Back keeps the history short.
  if (left.href) history.back();
  else go(resultsOf(view));
  return true;
}

function render({ back = false, typed = false }) {
  if (!signedIn) return;
  opening?.abort();
  opening = null;
  if (!typed && box.value !== view.q) box.value = view.q;
  filters.show(view, choices);
  find("filters").hidden = Boolean(view.file || view.session);
  document.body.classList.toggle("reading", Boolean(view.file || view.session));
  if (view.file) openView(showFile);
  else if (view.session) openView(showSession);
  else if (!view.q.trim()) {
    searching.stop();
    last = null;
    main.setAttribute("aria-busy", "false");
    setTitle("");
    showStart();
  } else {
    setTitle(view.q);
    if (keyOf(view) === last?.key) takeAnswer(view, last.answer);
    else if (typed) searching.soon(view);
    else searching.now(view);
    if (back || left.href) returnToResult();
  }
}

function isStart() {
  return signedIn && !view.q.trim() && !view.file && !view.session;
}

function showStart() {
  fill(main, renderStart(status.status, examples));
}

function setTitle(what) {
  document.title = what.trim() ? `${what.trim()} · ${TITLE}` : TITLE;
}

function keyOf(asked) {
  return writeView(resultsOf(asked));
}

/** @param {import("./address.js").View} asked @param {import("./searching.js").Answer} answer */
function takeAnswer(asked, answer) {
  if (!signedIn) return;
  const parts = Object.values(answer);
  const refused = parts.find((part) => part.problem?.status === 401);
  if (refused) {
    leaveSignedOut(refused.problem);
    return;
  }
  if (view.file || view.session) {
    last = { key: keyOf(asked), answer };
    return;
  }
  if (keyOf(asked) !== keyOf(view)) return;
  const waits = parts.every((part) => part.state === "asking");
  main.setAttribute("aria-busy", String(parts.some((part) => part.state === "asking")));
  // What was found for the words so far stays until there is something better.
  if (waits && main.querySelector(".sections")) return;
  if (parts.some((part) => part.state === "asking") && main.querySelector(".sections .hits")) return;
  last = { key: keyOf(asked), answer };
  fill(main, renderResults(view, answer, {
    status: status.status,
    retry: () => searching.now(view),
    more: (limit) => go({ ...view, limit }, { replace: true }),
  }));
}

function takeStatus(current) {
  const changed = status.status?.pending === 0;
  searching.forget();
  if (changed) reloadChoices();
  if (isStart()) showStart();
}

async function reloadChoices() {
  const asked = view.project;
  const [loaded, found] = await Promise.all([loadChoices(asked), loadExamples()]);
  if (!signedIn || asked !== view.project) return;
  choices = loaded;
  examples = found;
  if (isStart()) showStart();
  filters.show(view, choices);
  find("filters").hidden = Boolean(view.file || view.session);
}

/** Open a file or a chat; what it shows goes into the place of the results. */
async function openView(show) {
  const running = new AbortController();
  opening = running;
  fill(main, renderWaiting(1));
  main.setAttribute("aria-busy", "true");
  try {
    // A link into a file comes with its question, which says what to mark.
    const known = keyOf(view) === last?.key || !view.q.trim() ? null : searching.now(resultsOf(view));
    await show(running.signal, known);
  } catch (problem) {
    if (running.signal.aborted) return;
    if (problem.status === 401) leaveSignedOut(problem);
    else fill(main, h("a", { class: "button back", href: writeView(resultsOf(view)) }, "← Results"), renderProblem(problem, () => openView(show)));
  } finally {
    if (!running.signal.aborted) main.setAttribute("aria-busy", "false");
  }
}

async function showFile(signal, known) {
  const [file] = await Promise.all([ask(`/v1/files/${view.file}`, { signal }), known]);
  if (signal.aborted) return;
  if (file.is_directory) throw new Error(`${file.path} is a folder.`);
  const hits = (last?.answer.code?.reply?.results ?? []).filter((result) => result.file_id === view.file);
  fill(main, renderFile(file, view, {
    language: hits[0]?.language ?? null,
    marks: hits.flatMap(markedTexts),
    back: leaveOpened,
    choose: (lines) => {
      view = { ...view, lines };
      history.replaceState(null, "", writeView(view));
      showLines(lines, true);
    },
  }));
  setTitle(file.path);
  announce(`${file.path}${view.lines ? `, line ${view.lines}` : ""}`);
  main.querySelector("h1")?.focus({ preventScroll: true });
  if (view.lines) showLines(view.lines);
  else scrollTo(0, 0);
}

async function showSession(signal, known) {
  const pages = new SessionPages(view.session, signal);
  await Promise.all([pages.open(view.message), known]);
  if (signal.aborted) return;
  const hit = (last?.answer.chat?.reply?.results ?? []).find((result) => result.id === view.message);
  fill(main, renderSession(pages, view, {
    marks: hit ? snippetMarks(hit) : [],
    back: leaveOpened,
    refused: (problem) => problem.status === 401 && (leaveSignedOut(problem), true),
  }));
  setTitle(pages.told.title);
  main.querySelector("h1")?.focus({ preventScroll: true });
  const found = find(`message-${view.message}`);
  if (found) found.scrollIntoView({ block: "center" });
  else scrollTo(0, 0);
}

function markedTexts(result) {
  const characters = [...result.content];
  return (result.matches ?? []).map(({ start, end }) => characters.slice(start, end).join(""));
}

function snippetMarks(result) {
  const characters = [...result.snippet];
  return [...new Set(result.matches.map(({ start, end }) => characters.slice(start, end).join("")))];
}

/** Back from an opened result, the focus and the page are where they were. */
function returnToResult() {
  const { href, top } = left;
  left = { href: "", top: 0 };
  if (!href) return;
  const link = [...main.querySelectorAll("a[href]")].find((each) => each.getAttribute("href") === href);
  if (!link) return;
  scrollTo(0, top);
  /** @type {HTMLElement} */ (link.closest(".hit")?.querySelector(".hit-link") ?? link).focus({ preventScroll: true });
}

start();
