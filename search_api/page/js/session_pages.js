// Which part of a chat has been read: what is around a message or the beginning, and on from there in both directions.

import { ask } from "./api.js";

const PAGE = 40;

/** A chat as far as it has been read. */
export class SessionPages {
  /** @param {string} session @param {AbortSignal} signal Ends what is being read. */
  constructor(session, signal) {
    this.path = `/v1/chat/sessions/${session}`;
    this.signal = signal;
    /** @type {any[]} */
    this.messages = [];
    /** @type {string | null} */
    this.previous = null;
    /** @type {string | null} */
    this.next = null;
    /** What the chat tells of itself. @type {any} */
    this.told = {};
  }

  /** Read the first part; without the message, or when it is not there any more, that is the beginning. @param {string} message */
  async open(message) {
    const [told, part] = await Promise.all([ask(this.path, { signal: this.signal }), this.begin(message)]);
    this.told = told;
    this.messages = part.messages;
    this.previous = part.previous;
    this.next = part.next;
  }

  async begin(message) {
    if (!message) return this.read("");
    try {
      return await this.read(`&around=${message}`);
    } catch (problem) {
      if (problem.status !== 404) throw problem;
      return this.read("");
    }
  }

  /** The messages before those that are there. */
  async earlier() {
    const part = await this.read(`&before=${this.previous}`);
    this.messages.unshift(...part.messages);
    this.previous = part.previous;
    return part.messages;
  }

  /** The messages after those that are there. */
  async later() {
    const part = await this.read(`&after=${this.next}`);
    this.messages.push(...part.messages);
    this.next = part.next;
    return part.messages;
  }

  read(place) {
    return ask(`${this.path}/messages?limit=${PAGE}${place}`, { signal: this.signal });
  }
}
