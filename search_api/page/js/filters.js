// What narrows a search: for code its project, language, kind and path, for chats the role, days and tags.

import { countFilters, withoutFilters } from "./address.js";
import { count, fill, find, h } from "./elements.js";

const SHOWN = 8;
const MODES = {
  hybrid: ["In all ways", "all"],
  vector: ["By meaning", "all"],
  fulltext: ["By words", "all"],
  fuzzy: ["By similar spelling", "all"],
  substring: ["The exact text", "chat"],
};

/**
 * @typedef {{name: string, files: number, chunks: number}} Facet
 * @typedef {{projects: {id: string, title: string}[], languages: Facet[], kinds: Facet[], tags: string[]}} Choices
 */

export class Filters {
  /** @param {(change: Partial<import("./address.js").View>) => void} change */
  constructor(change) {
    this.change = change;
    this.place = find("filters");
    this.open = false;
    /** @type {Set<string>} */
    this.unfolded = new Set();
  }

  /** @param {import("./address.js").View} view @param {Choices} choices */
  show(view, choices) {
    const focused = document.activeElement?.id;
    const number = countFilters(view);
    const redraw = () => this.show(view, choices);
    fill(
      this.place,
      h(
        "button",
        {
          class: "button filters-button", type: "button", id: "filters-button", "aria-expanded": String(this.open),
          "aria-controls": "filters-body",
          onclick: () => {
            this.open = !this.open;
            redraw();
          },
        },
        number > 0 ? `Filters (${number})` : "Filters",
      ),
      h(
        "div",
        { id: "filters-body", class: this.open ? "filters-body open" : "filters-body" },
        this.renderMode(view),
        view.within !== "chat" && this.renderCode(view, choices, redraw),
        view.within !== "code" && this.renderChat(view, choices, redraw),
        number > 0 && h("button", { class: "text-button", type: "button", id: "filters-clear", onclick: () => this.change(withoutFilters(view)) }, `Clear ${count(number, "filter")}`),
      ),
    );
    this.place.hidden = false;
    // What had the focus was made anew.
    if (focused && !document.activeElement?.id) find(focused)?.focus({ preventScroll: true });
  }

  renderMode(view) {
    const offered = Object.entries(MODES).filter(([name, [, where]]) => where === "all" || where === view.within || name === view.mode);
    return this.renderSelect("filter-mode", "How to look", view.mode, offered.map(([name, [label]]) => [name, label]), (mode) => this.change({ mode }));
  }

  renderCode(view, choices, redraw) {
    return h(
      "div",
      { class: "group" },
      view.within === "all" && h("h2", {}, "Code"),
      choices.projects.length > 0 && this.renderSelect("filter-project", "Project", view.project,
        [["", "All projects"], ...choices.projects.map(({ id, title }) => [id, title])], (project) => this.change({ project })),
      this.renderText("filter-path", "Path", view.path, "src/api or *.test.ts", (path) => this.change({ path })),
      this.renderChecks("language", "Language", choices.languages.map(({ name, files }) => [name, files]).sort(([, one], [, other]) => other - one), view.languages, (languages) => this.change({ languages }), redraw),
      this.renderChecks("kind", "Kind", choices.kinds.map(({ name, chunks }) => [name, chunks]), view.kinds, (kinds) => this.change({ kinds }), redraw),
    );
  }

  renderChat(view, choices, redraw) {
    return h(
      "div",
      { class: "group" },
      view.within === "all" && h("h2", {}, "Chats"),
      this.renderSelect("filter-role", "Who said it", view.role, [["", "Anyone"], ["user", "User"], ["assistant", "Assistant"], ["system", "System"]], (role) => this.change({ role })),
      this.renderSelect("filter-sort", "Order", view.sort, [["relevance", "Best first"], ["recent", "Best and recent first"], ["newest", "Newest first"]], (sort) => this.change({ sort })),
      this.renderSelect("filter-tools", "Output of tools", view.tools, [["", "After what was said"], ["exclude", "Left out"]], (tools) => this.change({ tools })),
      h("div", { class: "days" }, this.renderDay("filter-after", "From", view.after, (after) => this.change({ after })), this.renderDay("filter-before", "To", view.before, (before) => this.change({ before }))),
      this.renderChecks("tag", "Tag", choices.tags.map((tag) => [tag, null]), view.tags, (tags) => this.change({ tags }), redraw),
    );
  }

  renderSelect(id, label, value, options, change) {
    return h(
      "div",
      { class: "field" },
      h("label", { for: id }, label),
      h("select", { id, onchange: (event) => change(event.target.value) }, options.map(([name, text]) => h("option", { value: name, selected: name === value }, text))),
    );
  }

  renderText(id, label, value, placeholder, change) {
    return h("div", { class: "field" }, h("label", { for: id }, label),
      h("input", { id, type: "text", value, placeholder, maxlength: 400, spellcheck: "false", autocapitalize: "off", autocomplete: "off", onchange: (event) => change(event.target.value.trim()) }));
  }

  renderDay(id, label, value, change) {
    return h("div", { class: "field" }, h("label", { for: id }, label), h("input", { id, type: "date", value, onchange: (event) => change(event.target.value) }));
  }

  /** Boxes to tick; those that are ticked are there even where nothing has them. */
  renderChecks(name, label, known, chosen, change, redraw) {
    const missing = chosen.filter((each) => !known.some(([other]) => other === each)).map((each) => [each, null]);
    const all = [...missing, ...known];
    if (all.length === 0) return null;
    const unfolded = this.unfolded.has(name) || all.length <= SHOWN + 2;
    const shown = unfolded ? all : all.filter(([each], index) => index < SHOWN || chosen.includes(each));
    const toggle = (value, on) => change(on ? [...chosen, value] : chosen.filter((each) => each !== value));
    return h(
      "fieldset",
      {},
      h("legend", {}, label),
      shown.map(([value, number], index) => {
        const id = `filter-${name}-${index}`;
        return h(
          "label",
          { class: "check", for: id },
          h("input", { type: "checkbox", id, checked: chosen.includes(value), onchange: (event) => toggle(value, event.target.checked) }),
          h("span", { class: "check-name" }, value),
          number !== null && h("span", { class: "check-count" }, number.toLocaleString("en")),
        );
      }),
      !unfolded && h("button", { class: "text-button", type: "button", id: `filter-${name}-more`, onclick: () => { this.unfolded.add(name); redraw(); } }, `${all.length - shown.length} more`),
    );
  }
}
