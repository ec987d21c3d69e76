// When the service is asked what: a moment after the last key, code and chats at once, and never for an old question.

import { ask } from "./api.js";

const DEBOUNCE_MS = 120;
// So that Back shows at once what was there.
const KEPT_MS = 60_000;
const MOST_KEPT = 20;
const DAY_MS = 86_400_000;
// The weight of age that docs/quality.md measures on questions for the latest.
const RECENCY = 0.5;

/**
 * @typedef {{state: "asking" | "answered" | "failed", reply?: any, problem?: Error}} Part
 * @typedef {{code?: Part, chat?: Part}} Answer
 */

/** @typedef {import("./address.js").View} View */

/** What is asked of the code. @param {View} view */
export function codeRequest(view) {
  return {
    query: view.q,
    // By the exact text, code is looked for with quotes; the mode is one of chats.
    mode: view.mode === "substring" ? "fulltext" : view.mode,
    limit: view.limit,
    explain: true,
    highlight: true,
    ...(view.project && { project_id: view.project }),
    ...(view.languages.length && { languages: view.languages }),
    ...(view.kinds.length && { kinds: view.kinds }),
    ...(view.path.trim() && { path_glob: globOf(view.path.trim()) }),
  };
}

/** What is asked of the chats. @param {View} view */
export function chatRequest(view) {
  return {
    query: view.q,
    mode: view.mode,
    // Beside code, chats are a glance.
    limit: view.within === "all" ? 5 : view.limit,
    sort: view.sort === "newest" ? "newest" : "relevance",
    ...(view.sort === "recent" && { recency: RECENCY }),
    ...(view.role && { role: view.role }),
    ...(view.tools && { tool_output: view.tools }),
    ...(view.tags.length && { tags: view.tags }),
    ...(view.after && { after: startOf(view.after) }),
    // The day that is named is in it.
    ...(view.before && { before: startOf(view.before, DAY_MS) }),
  };
}

/** A piece of a path stands for all paths with it; with a wildcard it is a glob as it is. @param {string} path */
export function globOf(path) {
  return /[*?{]/.test(path) ? path : `*${path.replace(/^\/+|\/+$/g, "")}*{,/**}`;
}

function startOf(day, plus = 0) {
  const [year, month, date] = day.split("-").map(Number);
  return new Date(new Date(year, month - 1, date).getTime() + plus).toISOString();
}

export class Searching {
  /** @param {(view: View, answer: Answer) => void} show Called whenever there is more to show. */
  constructor(show) {
    this.show = show;
    /** @type {AbortController | null} */
    this.running = null;
    this.timer = 0;
    /** @type {Map<string, {answer: Answer, at: number}>} */
    this.kept = new Map();
  }

  /** Ask a moment after the last call. @param {View} view */
  soon(view) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.now(view), DEBOUNCE_MS);
  }

  /** Ask at once; what was asked before and is not answered yet is given up. @param {View} view */
  async now(view) {
    this.stop();
    if (!view.q.trim()) return;
    const wanted = this.requests(view);
    const key = JSON.stringify(wanted);
    const known = this.kept.get(key);
    if (known && performance.now() - known.at < KEPT_MS) {
      this.show(view, known.answer);
      return;
    }
    const running = new AbortController();
    this.running = running;
    /** @type {Answer} */
    const answer = Object.fromEntries(Object.keys(wanted).map((name) => [name, { state: "asking" }]));
    this.show(view, answer);
    await Promise.all(
      Object.entries(wanted).map(async ([name, body]) => {
        try {
          answer[name] = { state: "answered", reply: await ask(`/v1/search/${name}`, { body, signal: running.signal }) };
        } catch (problem) {
          if (running.signal.aborted) return;
          answer[name] = { state: "failed", problem };
        }
        if (!running.signal.aborted) this.show(view, answer);
      }),
    );
    if (running.signal.aborted) return;
    this.running = null;
    if (Object.values(answer).every((part) => part.state === "answered")) this.keep(key, answer);
  }

  /** Give up what is asked now, and what would be asked soon. */
  stop() {
    clearTimeout(this.timer);
    this.running?.abort();
    this.running = null;
  }

  /** What has changed in the index changes answers. */
  forget() {
    this.kept.clear();
  }

  /** @param {View} view @returns {Record<string, object>} */
  requests(view) {
    return {
      ...(view.within !== "chat" && { code: codeRequest(view) }),
      ...(view.within !== "code" && { chat: chatRequest(view) }),
    };
  }

  keep(key, answer) {
    this.kept.delete(key);
    this.kept.set(key, { answer, at: performance.now() });
    if (this.kept.size > MOST_KEPT) this.kept.delete(this.kept.keys().next().value);
  }
}
