// How far the index is, as it changes: a bar while files wait, and which files it could not take.

import { announce } from "./announce.js";
import { Problem } from "./api.js";
import { count, fill, find, h } from "./elements.js";
import { readEvents } from "./events.js";

const AGAIN_MS = [1000, 2000, 5000, 15_000, 30_000];

export class IndexStatus {
  /** @param {{changed: (status: any) => void, refused: (problem: Problem) => void}} listeners */
  constructor({ changed, refused }) {
    this.changed = changed;
    this.refused = refused;
    /** @type {any | null} */
    this.status = null;
    /** @type {AbortController | null} */
    this.running = null;
    this.away = false;
    // A browser has six connections to a service, and each tab that is not seen would hold one.
    document.addEventListener("visibilitychange", () => {
      if (!this.running) return;
      if (document.hidden) this.running.abort("hidden");
      else this.start();
    });
  }

  /** Follow the index until `stop`. */
  async start() {
    this.running?.abort();
    const running = new AbortController();
    this.running = running;
    for (let tries = 0; !running.signal.aborted; tries += 1) {
      try {
        await readEvents("/v1/index/status", running.signal, (event, data) => {
          if (event !== "status") return;
          tries = 0;
          this.take(data);
        });
      } catch (problem) {
        if (running.signal.aborted) return;
        if (problem instanceof Problem && [401, 403].includes(problem.status)) {
          this.refused(problem);
          return;
        }
        this.away = true;
        this.draw();
      }
      await new Promise((resolve) => setTimeout(resolve, AGAIN_MS[Math.min(tries, AGAIN_MS.length - 1)]));
    }
  }

  stop() {
    this.running?.abort();
    this.running = null;
    this.status = null;
    this.away = false;
    fill(find("progress"));
  }

  take(status) {
    const before = this.status;
    this.status = status;
    this.away = false;
    if (before?.pending > 0 && status.pending === 0) announce("The index is complete.");
    this.draw();
    this.changed(status);
  }

  draw() {
    const place = find("progress");
    const { status } = this;
    if (this.away) {
      fill(place, h("p", { class: "strip bad", role: "alert" }, "The service cannot be reached; trying again."));
      return;
    }
    if (!status || (status.pending === 0 && status.failed === 0)) {
      fill(place);
      return;
    }
    const done = status.files - status.pending;
    const open = place.querySelector("details")?.open ?? false;
    fill(
      place,
      status.pending > 0 && h(
        "div",
        { class: "strip" },
        h("label", { for: "progress-bar" }, `Indexing: ${done.toLocaleString("en")} of ${count(status.files, "file")}. What is ready can be found.`),
        h("progress", { id: "progress-bar", max: status.files, value: done }),
      ),
      status.failed > 0 && renderFailures(status, open),
    );
  }
}

function renderFailures(status, open) {
  return h(
    "details",
    { class: "strip bad", open },
    h("summary", {}, `${count(status.failed, "file")} could not be indexed and will be tried again`),
    h("ul", {}, status.failures.map(({ path, error, attempts }) => h("li", {}, h("code", {}, path), " ", h("span", {}, `${error} (${count(attempts, "attempt")})`)))),
    status.failed > status.failures.length && h("p", {}, `and ${status.failed - status.failures.length} more`),
  );
}
