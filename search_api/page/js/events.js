// Server-sent events over fetch, since an EventSource sends no Authorization header.

import { open } from "./api.js";

/**
 * Read a stream until it ends. Throws what `open` throws.
 * @param {string} path @param {AbortSignal} signal @param {(event: string, data: any) => void} listen
 */
export async function readEvents(path, signal, listen) {
  const response = await open(path, { accept: "text/event-stream", signal });
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const parts = (rest + value).split(/\r?\n\r?\n/);
    rest = parts.pop() ?? "";
    for (const part of parts) deliver(part, listen);
  }
}

/** @param {string} part @param {(event: string, data: any) => void} listen */
function deliver(part, listen) {
  let event = "message";
  const data = [];
  for (const line of part.split(/\r?\n/)) {
    if (line.startsWith("event:")) event = line.slice(6).trim();
    else if (line.startsWith("data:")) data.push(line.slice(5).trimStart());
  }
  if (data.length > 0) listen(event, JSON.parse(data.join("\n")));
}
