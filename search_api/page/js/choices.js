// What the filters offer: projects, the languages and kinds of the code that there is, the tags of the chats.

import { ask } from "./api.js";

const MOST = 1000;

/** @typedef {import("./filters.js").Choices} Choices */

/** @returns {Choices} */
export function noChoices() {
  return { projects: [], languages: [], kinds: [], tags: [] };
}

/** What the caller may see of it; a key that may only search gets filters without choices. @param {string} project @returns {Promise<Choices>} */
export async function loadChoices(project) {
  const facets = project ? `/v1/index/facets?project_id=${project}` : "/v1/index/facets";
  const [projects, found, sessions] = await Promise.all([
    read(`/v1/projects?limit=${MOST}`), read(facets), read(`/v1/chat/sessions?limit=${MOST}`),
  ]);
  return {
    projects: projects?.projects ?? [],
    languages: found?.languages ?? [],
    kinds: found?.kinds ?? [],
    tags: [...new Set((sessions?.sessions ?? []).flatMap((session) => session.tags))].sort(),
  };
}

async function read(path) {
  try {
    return await ask(path);
  } catch {
    return null;
  }
}
