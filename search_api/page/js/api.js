// How the service is asked: JSON with the token, and problems as errors that can be shown.

import { token } from "./credentials.js";

/** What the service says when it cannot answer. */
export class Problem extends Error {
  /** @param {{detail: string, hint?: string, code?: string, status?: number, request_id?: string}} told */
  constructor(told) {
    super(told.detail);
    this.hint = told.hint ?? "";
    this.code = told.code ?? "unreachable";
    this.status = told.status ?? 0;
    this.requestId = told.request_id ?? "";
  }
}

/**
 * @param {string} path
 * @param {{method?: string, body?: unknown, signal?: AbortSignal, accept?: string, token?: string | null}} [options]
 * @returns {Promise<Response>} A response that is no failure. Throws Problem, or an AbortError.
 */
export async function open(path, options = {}) {
  const headers = { Accept: options.accept ?? "application/json" };
  const sent = options.token === undefined ? token() : options.token;
  if (sent) headers.Authorization = `Bearer ${sent}`;
  if (options.body !== undefined) headers["Content-Type"] = "application/json";
  let response;
  try {
    response = await fetch(path, {
      method: options.method ?? (options.body === undefined ? "GET" : "POST"),
      headers,
      body: options.body === undefined ? undefined : JSON.stringify(options.body),
      signal: options.signal,
      credentials: "omit",
      redirect: "error",
    });
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new Problem({ detail: "The service cannot be reached.", hint: "Is it running, and is the network there?" });
  }
  if (!response.ok) throw await readProblem(response);
  return response;
}

/** @param {string} path @param {Parameters<typeof open>[1]} [options] @returns {Promise<any>} */
export async function ask(path, options) {
  return (await open(path, options)).json();
}

/** @param {Response} response */
async function readProblem(response) {
  try {
    const told = await response.json();
    if (typeof told.detail === "string") return new Problem({ status: response.status, ...told });
  } catch {
    // A proxy in between answers with what it likes.
  }
  return new Problem({ detail: `The service answered ${response.status}.`, status: response.status, code: "unknown" });
}
