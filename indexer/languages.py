"""Which language a file is in, and what of that language defines a thing: one row a language."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from indexer.blanking import blank_heredocs, blank_macro_lines, hide_wide_characters
from models.kinds import ChunkKind

K = ChunkKind


@dataclass(frozen=True, slots=True)
class Language:
    """A language: how its files are recognised, its grammar, and the node types that define something.

    `scopes` are node types that lend their name to what they hold without being definitions of their own (an `impl`
    block). `patterns` find what the node type alone does not tell; a capture's name is the kind. `embedded` names a
    language and the pattern of what is written in it.
    """

    name: str
    extensions: tuple[str, ...]
    grammar: str | None = None
    function: str = "language"
    definitions: Mapping[str, ChunkKind] = field(default_factory=dict)
    scopes: frozenset[str] = frozenset()
    patterns: tuple[str, ...] = ()
    filenames: tuple[str, ...] = ()
    interpreters: tuple[str, ...] = ()
    embedded: tuple[str, str] | None = None
    # Takes what the grammar trips over out of a source, without moving anything.
    blank: Callable[[bytes], bytes] | None = None


JAVASCRIPT = {
    "function_declaration": K.FUNCTION,
    "generator_function_declaration": K.FUNCTION,
    "class_declaration": K.CLASS,
    "method_definition": K.METHOD,
    "variable_declarator": K.FUNCTION,
    "assignment_expression": K.FUNCTION,
    "pair": K.METHOD,
    "field_definition": K.METHOD,
}
TYPESCRIPT = {
    **{node_type: kind for node_type, kind in JAVASCRIPT.items() if node_type != "field_definition"},
    "abstract_class_declaration": K.CLASS,
    "interface_declaration": K.INTERFACE,
    "type_alias_declaration": K.TYPE,
    "enum_declaration": K.ENUM,
    "internal_module": K.MODULE,
    "function_signature": K.FUNCTION,
    "abstract_method_signature": K.METHOD,
    "method_signature": K.METHOD,
    "public_field_definition": K.METHOD,
}
C = {
    "function_definition": K.FUNCTION,
    "struct_specifier": K.CLASS,
    "union_specifier": K.CLASS,
    "enum_specifier": K.ENUM,
    "type_definition": K.TYPE,
    "preproc_function_def": K.MACRO,
    "preproc_def": K.MACRO,
}
CSS = {"rule_set": K.RULE, "keyframes_statement": K.RULE}

SCRIPT = "(script_element (raw_text) @holder)"
# Not inside of functions, where every loop has its variables.
JAVASCRIPT_VALUES = tuple(
    f"(program {around[0]}({declaration} (variable_declarator name: (identifier)) @variable){around[1]})"
    for declaration in ("lexical_declaration", "variable_declaration")
    for around in (("", ""), ("(export_statement ", ")"))
)
GO_VALUES = (
    "(source_file (const_declaration (const_spec) @variable))",
    "(source_file (var_declaration (var_spec) @variable))",
    "(source_file (var_declaration (var_spec_list (var_spec) @variable)))",
)
# A header says what there is to call. In a function the same words are a variable and what it is made from.
C_DECLARES = "[(function_declarator) (pointer_declarator (function_declarator))]"
C_DECLARATIONS = tuple(
    f"({around} (declaration declarator: {C_DECLARES}) @function)"
    for around in ("translation_unit", "declaration_list", "preproc_ifdef", "preproc_if", "preproc_else")
)
CPP_DECLARATIONS = (
    *C_DECLARATIONS,
    "(translation_unit (declaration declarator: (reference_declarator (function_declarator))) @function)",
    "(declaration_list (declaration declarator: (reference_declarator (function_declarator))) @function)",
    "(field_declaration_list (declaration declarator: (function_declarator)) @function)",
    "(template_declaration (declaration declarator: (function_declarator)) @function)",
)

LANGUAGES: tuple[Language, ...] = (
    Language(
        "python", (".py", ".pyi", ".pyw"), "tree_sitter_python",
        definitions={"function_definition": K.FUNCTION, "class_definition": K.CLASS},
        patterns=("(module (expression_statement (assignment left: (identifier)) @variable))",),
        filenames=("SConstruct", "SConscript", "wscript"), interpreters=("python", "python3", "python2", "pypy3"),
    ),
    Language(
        "javascript", (".js", ".mjs", ".cjs", ".jsx"), "tree_sitter_javascript",
        definitions=JAVASCRIPT, patterns=JAVASCRIPT_VALUES,
        filenames=("Jakefile",), interpreters=("node", "nodejs", "bun", "deno"),
    ),
    Language(
        "typescript", (".ts", ".mts", ".cts"), "tree_sitter_typescript", "language_typescript", TYPESCRIPT,
        patterns=JAVASCRIPT_VALUES,
    ),
    Language(
        "tsx", (".tsx",), "tree_sitter_typescript", "language_tsx", TYPESCRIPT, patterns=JAVASCRIPT_VALUES,
    ),
    Language(
        "go", (".go",), "tree_sitter_go",
        definitions={
            "function_declaration": K.FUNCTION, "method_declaration": K.METHOD, "type_spec": K.TYPE,
            "type_alias": K.TYPE,
        },
        patterns=GO_VALUES,
    ),
    Language(
        "rust", (".rs",), "tree_sitter_rust",
        definitions={
            "function_item": K.FUNCTION, "function_signature_item": K.FUNCTION, "struct_item": K.CLASS,
            "enum_item": K.ENUM, "union_item": K.CLASS, "trait_item": K.INTERFACE, "mod_item": K.MODULE,
            "macro_definition": K.MACRO, "type_item": K.TYPE, "const_item": K.VARIABLE, "static_item": K.VARIABLE,
        },
        scopes=frozenset({"impl_item"}),
    ),
    Language(
        "java", (".java",), "tree_sitter_java",
        definitions={
            "class_declaration": K.CLASS, "interface_declaration": K.INTERFACE, "enum_declaration": K.ENUM,
            "record_declaration": K.CLASS, "annotation_type_declaration": K.INTERFACE, "method_declaration": K.METHOD,
            "constructor_declaration": K.METHOD, "compact_constructor_declaration": K.METHOD,
        },
    ),
    Language("c", (".c", ".h"), "tree_sitter_c", definitions=C, patterns=C_DECLARATIONS, blank=blank_macro_lines),
    Language(
        "cpp", (".cpp", ".cc", ".cxx", ".c++", ".hpp", ".hh", ".hxx", ".h++", ".ipp", ".inl", ".tpp", ".cu", ".cuh"),
        "tree_sitter_cpp",
        definitions={
            **C, "class_specifier": K.CLASS, "namespace_definition": K.MODULE, "alias_declaration": K.TYPE,
            "concept_definition": K.TYPE, "field_declaration": K.METHOD,
        },
        patterns=CPP_DECLARATIONS, blank=blank_macro_lines,
    ),
    Language(
        "csharp", (".cs", ".csx"), "tree_sitter_c_sharp",
        definitions={
            "class_declaration": K.CLASS, "interface_declaration": K.INTERFACE, "enum_declaration": K.ENUM,
            "struct_declaration": K.CLASS, "record_declaration": K.CLASS, "method_declaration": K.METHOD,
            "constructor_declaration": K.METHOD, "property_declaration": K.METHOD, "delegate_declaration": K.TYPE,
            "local_function_statement": K.FUNCTION, "operator_declaration": K.METHOD, "indexer_declaration": K.METHOD,
        },
        scopes=frozenset({"namespace_declaration"}),
    ),
    Language(
        "ruby", (".rb", ".rake", ".gemspec", ".ru", ".podspec"), "tree_sitter_ruby",
        definitions={
            "module": K.MODULE, "class": K.CLASS, "method": K.METHOD, "singleton_method": K.METHOD,
        },
        patterns=("(assignment left: (constant)) @variable",),
        filenames=("Rakefile", "Gemfile", "Guardfile", "Vagrantfile", "Podfile", "Fastfile"), interpreters=("ruby",),
    ),
    Language(
        "php", (".php", ".phtml", ".php5", ".inc"), "tree_sitter_php", "language_php",
        {
            "class_declaration": K.CLASS, "interface_declaration": K.INTERFACE, "trait_declaration": K.CLASS,
            "enum_declaration": K.ENUM, "function_definition": K.FUNCTION, "method_declaration": K.METHOD,
        },
        patterns=("(const_element) @variable",), interpreters=("php",),
    ),
    Language(
        "kotlin", (".kt", ".kts"), "tree_sitter_kotlin",
        definitions={
            "class_declaration": K.CLASS, "object_declaration": K.CLASS, "function_declaration": K.FUNCTION,
            "type_alias": K.TYPE, "property_declaration": K.VARIABLE,
        },
    ),
    Language(
        "swift", (".swift",), "tree_sitter_swift",
        definitions={
            "class_declaration": K.CLASS, "protocol_declaration": K.INTERFACE, "function_declaration": K.FUNCTION,
            "protocol_function_declaration": K.METHOD, "init_declaration": K.METHOD, "typealias_declaration": K.TYPE,
        },
    ),
    Language(
        "scala", (".scala", ".sc", ".sbt"), "tree_sitter_scala",
        definitions={
            "object_definition": K.CLASS, "class_definition": K.CLASS, "trait_definition": K.INTERFACE,
            "enum_definition": K.ENUM, "function_definition": K.FUNCTION, "function_declaration": K.FUNCTION,
            "type_definition": K.TYPE, "given_definition": K.VARIABLE,
        },
    ),
    Language(
        "haskell", (".hs", ".lhs"), "tree_sitter_haskell",
        definitions={
            "data_type": K.TYPE, "newtype": K.TYPE, "type_synonym": K.TYPE, "class": K.INTERFACE,
            "function": K.FUNCTION, "bind": K.FUNCTION, "signature": K.FUNCTION,
        },
        scopes=frozenset({"instance"}),
    ),
    Language(
        "lua", (".lua",), "tree_sitter_lua",
        definitions={"function_declaration": K.FUNCTION, "assignment_statement": K.FUNCTION, "field": K.FUNCTION},
        patterns=(
            "(chunk (variable_declaration (assignment_statement) @variable))",
            "(chunk (assignment_statement) @variable)",
        ),
        interpreters=("lua", "luajit"),
    ),
    Language(
        "elixir", (".ex", ".exs"), "tree_sitter_elixir", definitions={"call": K.FUNCTION}, interpreters=("elixir",),
    ),
    Language(
        "zig", (".zig", ".zon"), "tree_sitter_zig",
        definitions={
            "function_declaration": K.FUNCTION, "variable_declaration": K.TYPE, "test_declaration": K.FUNCTION,
        },
    ),
    Language(
        "bash", (".sh", ".bash", ".zsh", ".ksh", ".bats"), "tree_sitter_bash",
        definitions={"function_definition": K.FUNCTION},
        filenames=(".bashrc", ".zshrc", ".profile", ".bash_profile", "PKGBUILD"),
        interpreters=("bash", "sh", "zsh", "dash", "ksh"), blank=hide_wide_characters,
    ),
    Language(
        "sql", (".sql", ".ddl", ".psql"), "tree_sitter_sql",
        definitions={
            "create_table": K.TABLE, "create_function": K.FUNCTION, "create_view": K.TABLE, "create_index": K.TABLE,
            "create_type": K.TYPE, "create_materialized_view": K.TABLE, "create_trigger": K.FUNCTION,
            "create_policy": K.RULE,
        },
    ),
    Language("html", (".html", ".htm", ".xhtml"), "tree_sitter_html", embedded=("javascript", SCRIPT)),
    Language("css", (".css",), "tree_sitter_css", definitions=CSS),
    Language(
        "scss", (".scss",), "tree_sitter_scss",
        definitions={**CSS, "mixin_statement": K.MACRO, "function_statement": K.FUNCTION},
    ),
    Language("json", (".json", ".jsonc", ".json5", ".geojson", ".webmanifest"), "tree_sitter_json"),
    Language("yaml", (".yaml", ".yml"), "tree_sitter_yaml"),
    Language(
        "toml", (".toml",), "tree_sitter_toml", definitions={"table": K.SECTION, "table_array_element": K.SECTION},
    ),
    Language(
        "markdown", (".md", ".markdown", ".mdx", ".mkd"), "tree_sitter_markdown",
        definitions={"section": K.SECTION, "setext_heading": K.SECTION},
    ),
    Language(
        "dart", (".dart",), "tree_sitter_dart",
        definitions={
            "class_definition": K.CLASS, "mixin_declaration": K.CLASS, "enum_declaration": K.ENUM,
            "extension_declaration": K.CLASS, "function_signature": K.FUNCTION, "getter_signature": K.METHOD,
            "setter_signature": K.METHOD, "constructor_signature": K.METHOD,
            "factory_constructor_signature": K.METHOD, "type_alias": K.TYPE,
        },
    ),
    Language(
        "julia", (".jl",), "tree_sitter_julia",
        definitions={
            "module_definition": K.MODULE, "function_definition": K.FUNCTION, "assignment": K.FUNCTION,
            "struct_definition": K.CLASS, "macro_definition": K.MACRO, "abstract_definition": K.TYPE,
        },
        interpreters=("julia",),
    ),
    Language(
        "ocaml", (".ml",), "tree_sitter_ocaml", "language_ocaml",
        {
            "let_binding": K.FUNCTION, "module_binding": K.MODULE, "type_binding": K.TYPE, "class_binding": K.CLASS,
            "method_definition": K.METHOD, "exception_definition": K.TYPE, "module_type_definition": K.INTERFACE,
        },
    ),
    Language(
        "ocaml_interface", (".mli",), "tree_sitter_ocaml", "language_ocaml_interface",
        {
            "value_specification": K.FUNCTION, "module_binding": K.MODULE, "type_binding": K.TYPE,
            "module_type_definition": K.INTERFACE, "exception_definition": K.TYPE,
        },
    ),
    Language(
        "perl", (".pl", ".pm", ".t"), "tree_sitter_perl",
        definitions={"subroutine_declaration_statement": K.FUNCTION, "package_statement": K.MODULE},
        interpreters=("perl",), blank=blank_heredocs,
    ),
    Language("hcl", (".tf", ".hcl", ".tfvars"), "tree_sitter_hcl", definitions={"block": K.SECTION}),
    Language(
        "dockerfile", (".dockerfile",), "tree_sitter_dockerfile", definitions={"from_instruction": K.SECTION},
        filenames=("Dockerfile", "Containerfile"),
    ),
    Language("svelte", (".svelte",), "tree_sitter_svelte", embedded=("typescript", SCRIPT)),
    # A Vue component is, to its grammar's outermost level, what a Svelte component is.
    Language("vue", (".vue",), "tree_sitter_svelte", embedded=("typescript", SCRIPT)),
    Language(
        "objc", (".m", ".mm"), "tree_sitter_objc",
        definitions={
            "class_interface": K.INTERFACE, "class_implementation": K.CLASS, "protocol_declaration": K.INTERFACE,
            "method_definition": K.METHOD, "function_definition": K.FUNCTION, "struct_specifier": K.CLASS,
            "enum_specifier": K.ENUM, "type_definition": K.TYPE,
        },
    ),
    Language(
        "make", (".mk", ".mak"), "tree_sitter_make",
        definitions={"rule": K.RULE, "define_directive": K.MACRO},
        filenames=("Makefile", "makefile", "GNUmakefile"), interpreters=("make",),
    ),
    # Their grammars come as sources alone, and installing must not need a compiler: they are cut by lines.
    Language("cmake", (".cmake",), filenames=("CMakeLists.txt",)),
    Language("graphql", (".graphql", ".gql", ".graphqls")),
    Language(
        "groovy", (".groovy", ".gradle"), "tree_sitter_groovy",
        definitions={
            "class_declaration": K.CLASS, "interface_declaration": K.INTERFACE, "method_declaration": K.METHOD,
            "function_definition": K.FUNCTION,
        },
        filenames=("Jenkinsfile",), interpreters=("groovy",),
    ),
    Language(
        "powershell", (".ps1", ".psm1", ".psd1"), "tree_sitter_powershell",
        definitions={
            "function_statement": K.FUNCTION, "class_statement": K.CLASS, "class_method_definition": K.METHOD,
            "enum_statement": K.ENUM,
        },
        interpreters=("pwsh",),
    ),
    Language("nix", (".nix",), "tree_sitter_nix", definitions={"binding": K.VARIABLE}),
    Language(
        "solidity", (".sol",), "tree_sitter_solidity",
        definitions={
            "contract_declaration": K.CLASS, "library_declaration": K.CLASS, "interface_declaration": K.INTERFACE,
            "function_definition": K.METHOD, "modifier_definition": K.METHOD, "event_definition": K.TYPE,
            "struct_declaration": K.CLASS, "enum_declaration": K.ENUM,
        },
    ),
    Language("xml", (".xml", ".xsd", ".xsl", ".svg", ".plist", ".csproj", ".pom"), "tree_sitter_xml", "language_xml"),
    Language("notebook", (".ipynb",)),
    Language("text", (".txt", ".rst", ".adoc", ".org", ".tex")),
)  # fmt: skip

BY_EXTENSION = {extension: language for language in LANGUAGES for extension in language.extensions}
BY_FILENAME = {filename: language for language in LANGUAGES for filename in language.filenames}
BY_INTERPRETER = {interpreter: language for language in LANGUAGES for interpreter in language.interpreters}
BY_NAME = {language.name: language for language in LANGUAGES}
# Licences and comments come first in a header.
HEAD_LENGTH = 20_000
_CPP_HEADER = re.compile(
    r"^\s*(?:(?:inline\s+)?namespace\b|class\s+\w[^;*]*$|template\s*<|using\s+\w|public:|#\s*include\s*<[a-z_]+>)|\bstd::",
    re.MULTILINE,
)
_INTERPRETER = re.compile(r"^#!\s*\S*?/?(?:env\s+(?:-\S+\s+)*)?([A-Za-z]+)[\d.]*(?:\s|$)")


def language_of(path: str, head: str = "") -> Language | None:
    """The language of a file by its name, its extension, or the interpreter that its first line names.

    `head` is the first line, or better HEAD_LENGTH characters: a `.h` is C++ when they say so.
    """
    where = PurePosixPath(path)
    known = BY_FILENAME.get(where.name) or BY_EXTENSION.get(where.suffix) or BY_EXTENSION.get(where.suffix.lower())
    if known is not None:
        return BY_NAME["cpp"] if where.suffix == ".h" and _CPP_HEADER.search(head[:HEAD_LENGTH]) else known
    if where.name.startswith(("Dockerfile.", "Containerfile.")):
        return BY_NAME["dockerfile"]
    if head.startswith("#!"):
        first_line = head[:200].splitlines()[0]
        named = _INTERPRETER.match(first_line.replace("/usr/bin/", "").replace("/bin/", ""))
        if named is not None:
            return BY_INTERPRETER.get(named[1])
    return None
