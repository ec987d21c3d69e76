// What the page shows, as its address tells it: every view is a link, and Back goes to the one before.

/**
 * @typedef {object} View
 * @property {string} q What is asked for.
 * @property {"all"|"code"|"chat"} within
 * @property {string} mode
 * @property {string} project
 * @property {string[]} languages
 * @property {string[]} kinds
 * @property {string} path
 * @property {string} role
 * @property {string} tools What is done with the output of tools.
 * @property {string} after A day.
 * @property {string} before A day.
 * @property {string[]} tags
 * @property {string} sort "recent" is by relevance, and age takes away.
 * @property {number} limit
 * @property {string} file The id of the open file.
 * @property {string} lines "12" or "12-20".
 * @property {string} session The id of the open session.
 * @property {string} message The id of the message that is looked at.
 */

const WITHIN = ["all", "code", "chat"];
export const MODES = ["hybrid", "vector", "fulltext", "fuzzy", "substring"];
const ROLES = ["", "user", "assistant", "system"];
const TOOLS = ["", "exclude"];
const SORTS = ["relevance", "recent", "newest"];
export const LIMITS = [10, 30, 100];
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const LINES = /^[1-9][0-9]{0,6}(-[1-9][0-9]{0,6})?$/;
const DAY = /^\d{4}-\d{2}-\d{2}$/;

/** @returns {View} */
export function emptyView() {
  return {
    q: "", within: "all", mode: "hybrid", project: "", languages: [], kinds: [], path: "", role: "", tools: "", after: "",
    before: "", tags: [], sort: "relevance", limit: LIMITS[0], file: "", lines: "", session: "", message: "",
  };
}

/** Read an address; what is not well-formed in it counts as left out. @param {string} search @returns {View} */
export function readView(search) {
  const given = new URLSearchParams(search);
  const one = (name, known) => (known.includes(given.get(name)) ? given.get(name) : known[0]);
  const like = (name, pattern) => (pattern.test(given.get(name) ?? "") ? given.get(name) : "");
  return {
    q: (given.get("q") ?? "").slice(0, 4096),
    within: one("in", WITHIN),
    mode: one("mode", MODES),
    project: like("project", UUID),
    languages: given.getAll("language").slice(0, 50),
    kinds: given.getAll("kind").slice(0, 50),
    path: (given.get("path") ?? "").slice(0, 400),
    role: one("role", ROLES),
    tools: one("tools", TOOLS),
    after: like("after", DAY),
    before: like("before", DAY),
    tags: given.getAll("tag").slice(0, 50),
    sort: one("sort", SORTS),
    limit: LIMITS.find((limit) => String(limit) === given.get("limit")) ?? LIMITS[0],
    file: like("file", UUID),
    lines: like("lines", LINES),
    session: like("session", UUID),
    message: like("message", UUID),
  };
}

/** The address of a view: what is as it is by default is left out. @param {View} view */
export function writeView(view) {
  const plain = emptyView();
  const names = { within: "in", languages: "language", kinds: "kind", tags: "tag" };
  const parts = new URLSearchParams();
  for (const [name, value] of Object.entries(view)) {
    if (Array.isArray(value)) for (const each of value) parts.append(names[name] ?? name, each);
    else if (value !== plain[name]) parts.append(names[name] ?? name, String(value));
  }
  const written = parts.toString();
  return written ? `/?${written}` : "/";
}

/** The same view without an open file or session. @param {View} view @returns {View} */
export function resultsOf(view) {
  return { ...view, file: "", lines: "", session: "", message: "" };
}

/** How many filters narrow the view. @param {View} view */
export function countFilters(view) {
  const lists = view.languages.length + view.kinds.length + view.tags.length;
  return lists + [view.project, view.path, view.role, view.tools, view.after, view.before].filter(Boolean).length;
}

/** The same question without its filters. @param {View} view @returns {View} */
export function withoutFilters(view) {
  return { ...emptyView(), q: view.q, within: view.within, mode: view.mode };
}
