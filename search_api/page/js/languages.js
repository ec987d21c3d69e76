// Which of the highlighter's grammars shows a language of the index, and which others that one embeds.

const WEB = ["javascript", "css"];

/** @type {Record<string, {grammar: string, embeds?: string[]}>} */
export const LANGUAGES = {
  bash: { grammar: "bash" },
  c: { grammar: "c" },
  cmake: { grammar: "cmake" },
  cpp: { grammar: "cpp" },
  csharp: { grammar: "csharp" },
  css: { grammar: "css" },
  dart: { grammar: "dart", embeds: ["markdown"] },
  dockerfile: { grammar: "dockerfile", embeds: ["bash"] },
  elixir: { grammar: "elixir" },
  go: { grammar: "go" },
  graphql: { grammar: "graphql" },
  groovy: { grammar: "groovy" },
  haskell: { grammar: "haskell" },
  html: { grammar: "xml", embeds: WEB },
  java: { grammar: "java" },
  javascript: { grammar: "javascript", embeds: ["xml", "css", "graphql"] },
  json: { grammar: "json" },
  julia: { grammar: "julia" },
  kotlin: { grammar: "kotlin" },
  lua: { grammar: "lua" },
  make: { grammar: "makefile" },
  markdown: { grammar: "markdown", embeds: ["xml"] },
  nix: { grammar: "nix" },
  notebook: { grammar: "json" },
  objc: { grammar: "objectivec" },
  ocaml: { grammar: "ocaml" },
  ocaml_interface: { grammar: "ocaml" },
  perl: { grammar: "perl" },
  php: { grammar: "php" },
  powershell: { grammar: "powershell" },
  python: { grammar: "python" },
  ruby: { grammar: "ruby" },
  rust: { grammar: "rust" },
  scala: { grammar: "scala" },
  scss: { grammar: "scss" },
  sql: { grammar: "sql" },
  svelte: { grammar: "xml", embeds: WEB },
  swift: { grammar: "swift" },
  toml: { grammar: "ini" },
  tsx: { grammar: "typescript", embeds: ["xml", "css", "graphql"] },
  typescript: { grammar: "typescript", embeds: ["xml", "css", "graphql"] },
  vue: { grammar: "xml", embeds: WEB },
  xml: { grammar: "xml", embeds: WEB },
  yaml: { grammar: "yaml" },
};

// What people write behind the three backquotes in a chat.
const SHORT = {
  js: "javascript", jsx: "javascript", ts: "typescript", py: "python", rb: "ruby", rs: "rust", sh: "bash",
  shell: "bash", zsh: "bash", console: "bash", golang: "go", "c++": "cpp", cs: "csharp", "c#": "csharp", kt: "kotlin",
  md: "markdown", yml: "yaml", postgresql: "sql", psql: "sql", htm: "html", docker: "dockerfile", makefile: "make",
  hs: "haskell", ex: "elixir", exs: "elixir", ps1: "powershell", jsonc: "json", ini: "toml", objectivec: "objc",
};

/** The index's name of a language that is called so, or null. @param {string} name */
export function languageCalled(name) {
  const lower = name.toLowerCase();
  const known = Object.hasOwn(SHORT, lower) ? SHORT[lower] : lower;
  return Object.hasOwn(LANGUAGES, known) ? known : null;
}

const ENDINGS = {
  py: "python", pyi: "python", js: "javascript", mjs: "javascript", cjs: "javascript", jsx: "javascript",
  ts: "typescript", mts: "typescript", tsx: "tsx", go: "go", rs: "rust", java: "java", c: "c", h: "c", cc: "cpp",
  cpp: "cpp", hpp: "cpp", cxx: "cpp", cs: "csharp", rb: "ruby", php: "php", kt: "kotlin", kts: "kotlin",
  swift: "swift", scala: "scala", hs: "haskell", lua: "lua", ex: "elixir", exs: "elixir", sh: "bash", bash: "bash",
  sql: "sql", html: "html", htm: "html", css: "css", scss: "scss", json: "json", yaml: "yaml", yml: "yaml",
  toml: "toml", ini: "toml", cfg: "toml", md: "markdown", dart: "dart", jl: "julia", ml: "ocaml", mli: "ocaml",
  pl: "perl", pm: "perl", vue: "vue", svelte: "svelte", m: "objc", mk: "make", cmake: "cmake", graphql: "graphql",
  gql: "graphql", groovy: "groovy", gradle: "groovy", ps1: "powershell", nix: "nix", xml: "xml", svg: "xml",
  ipynb: "notebook",
};
const NAMES = { dockerfile: "dockerfile", makefile: "make", "cmakelists.txt": "cmake", jenkinsfile: "groovy" };

/** The language of a file that the index has not told, by its name; null for none. @param {string} path */
export function languageOf(path) {
  const name = path.slice(path.lastIndexOf("/") + 1).toLowerCase();
  if (Object.hasOwn(NAMES, name)) return NAMES[name];
  const ending = name.slice(name.lastIndexOf(".") + 1);
  return Object.hasOwn(ENDINGS, ending) ? ENDINGS[ending] : null;
}
