// Examples of questions that the caller's own code answers, so that the first try finds something.

import { ask } from "./api.js";

/** @typedef {{words?: string, name?: string, path?: string, phrase?: string, expression?: string, chat?: string}} Examples */

const KINDS = ["function", "method", "class"];
const MOST = 30;

/** @returns {Promise<Examples>} Nothing where there is nothing. */
export async function loadExamples() {
  const [code, chats] = await Promise.all([read(readCode), read(readChats)]);
  return { ...code, ...chats };
}

async function readCode() {
  const body = { query: "how does it begin", kinds: KINDS, limit: MOST };
  const { results } = await ask("/v1/search/code", { body });
  // A name of several words, so that it can be asked for in words as well.
  const telling = results.find(({ symbol }) => wordsOf(lastOf(symbol)).length > 1) ?? results[0];
  if (!telling?.symbol) return {};
  const name = lastOf(telling.symbol);
  const words = wordsOf(name);
  const lines = telling.content.split("\n").map((each) => each.trim());
  const line = lines.find((each) => /^[^"\\/#@]{12,44}$/.test(each) && /\w [\w=<(]/.test(each) && !/^(from|import|use|using|package)\b/.test(each));
  return {
    name,
    words: words.length > 1 ? words.join(" ") : `what does ${name} do`,
    path: telling.path.split("/").slice(-2).join("/"),
    phrase: line && `"${line}"`,
    expression: words[0].length > 2 ? `/\\b${words[0]}\\w*/i` : undefined,
  };
}

async function readChats() {
  const { sessions } = await ask("/v1/chat/sessions?limit=1");
  const word = sessions[0]?.title.match(/[\p{L}\p{N}]{4,}/u)?.[0];
  return word && sessions[0].message_count > 0 ? { chat: word } : {};
}

const lastOf = (symbol) => (symbol ?? "").split(/[.:#]+/).at(-1) ?? "";

const wordsOf = (name) => (name.match(/[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+/g) ?? []).map((word) => word.toLowerCase());

/** @param {() => Promise<Examples>} load @returns {Promise<Examples>} */
async function read(load) {
  try {
    return await load();
  } catch {
    // The general examples teach as well.
    return {};
  }
}
