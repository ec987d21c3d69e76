"""One row of every kind that policies tell apart: what the stories are about, and what one tenant probes of another."""

from __future__ import annotations

from tests.sql.policies.things import FRESH, Row, The, Thing, held, inside, own

FRAGMENT: Row = {"title": "f", "template": "t", "code": "c", "file_path": "a.py"}
UPLOAD: Row = {"file_name": "a", "file_path": "a", "bucket_name": "b"}
CHAT: Row = {"message_id": "m", "role": "user", "content": "quokka"}
BILLING: Row = dict.fromkeys(("company_name", "address", "city", "state", "postal_code"), "x")
PART: Row = {"part": 0, "start_at": 0, "end_at": 6, "embedding": "[1,0,0]"}
CHUNK: Row = {
    "content": "def quokka", "embedding": "[1,0,0]", "ordinal": 0, "start_line": 1, "end_line": 1, "kind": "function",
    "role": "implementation", "path": "a.py", "text_hash": b"h", "text_embedding": "[1,0,0]", "words": ["quokka"],
    "terms": "{1:1}/536870912",
}  # fmt: skip

USERS = (
    own("profile", "public.user_profiles", "full_name", once=True),
    own("preferences", "public.user_preferences", "theme", once=True),
    own("security settings", "public.user_security_settings", "backup_codes", once=True),
    own("integration", "public.user_integrations", "connection_data", {"service_name": "github"}, once=True),
    own("names", "public.profiles", "first_name"),
    own("api key", "public.api_keys", "name", {"name": "key", "key_hash": FRESH, "key_prefix": "cik_"}),
    own("usage", "public.user_usage", "usage_count", {"usage_type": "api_call"}),
    own("usage for a team", "public.user_usage", "usage_count", {"usage_type": "api_call", "team_id": The("team")}),
    own("analytics", "public.user_chat_analytics", "total_tokens", once=True),
    own("task", "public.tasks", "prompt", {"prompt": "p"}),
    Thing(
        "idempotency key",
        "public.idempotency_keys",
        {"user_id": The("owner"), "key": FRESH, "request_hash": b"h"},
        "reply",
        key="key",
    ),
)
TEAMS = (
    held("team", "public.teams", "name", {"name": "crew"}),
    held(
        "membership",
        "public.team_members",
        "role",
        {"team_id": The("team"), "user_id": The("guest"), "role": "member"},
        once=True,
    ),
    held(
        "ownership",
        "public.team_members",
        "role",
        {"team_id": The("team"), "user_id": The("partner"), "role": "owner"},
        once=True,
    ),
    own("entry in a list of teams", "public.users_teams", "is_default", {"team_id": The("team")}, once=True),
    held(
        "limit",
        "public.team_usage_limits",
        "limit_value",
        {"team_id": The("team"), "usage_type": "api_calls"},
        once=True,
    ),
    held(
        "subscription event",
        "public.subscription_events",
        "event_type",
        {"team_id": The("team"), "event_type": "paid", "stripe_event_id": FRESH},
    ),
    held(
        "billing",
        "public.billing_info",
        "city",
        {"team_id": The("team"), "company_email": "a@example.org", **BILLING},
        once=True,
    ),
)
PROJECTS = (
    own("project", "public.projects", "title", {"title": "p"}),
    own("public project", "public.projects", "title", {"title": "p", "is_public": True}, public=True),
    own("deleted public project", "public.projects", "title", {"title": "p", "is_public": True, "status": "deleted"}),
    inside("project of a team", "public.projects", "title", {"title": "p", "team_id": The("team")}),
    held(
        "message",
        "public.messages",
        "content",
        {"project_id": The("project"), "role": "user", "content": "{}", "sequence_number": 1},
        once=True,
    ),
    held(
        "message of a public project",
        "public.messages",
        "content",
        {"project_id": The("public project"), "role": "user", "content": "{}", "sequence_number": 1},
        once=True,
    ),
    held(
        "message of a team",
        "public.messages",
        "content",
        {"project_id": The("project of a team"), "role": "user", "content": "{}", "sequence_number": 1},
        once=True,
    ),
    own("fragment", "public.fragments", "code", FRAGMENT),
    own("public fragment", "public.fragments", "code", {"is_public": True, **FRAGMENT}, public=True),
    own(
        "public fragment of a deleted project",
        "public.fragments",
        "code",
        {"is_public": True, "project_id": The("deleted public project"), **FRAGMENT},
    ),
    inside("fragment of a team", "public.fragments", "code", {"project_id": The("project of a team"), **FRAGMENT}),
    inside("execution", "public.fragment_executions", "stdout", {"fragment_id": The("fragment"), "template": "t"}),
    inside(
        "execution for a team",
        "public.fragment_executions",
        "stdout",
        {"fragment_id": The("fragment of a team"), "template": "t"},
    ),
    own("upload", "public.file_uploads", "file_name", UPLOAD),
    inside("upload of a team", "public.file_uploads", "file_name", {"project_id": The("project of a team"), **UPLOAD}),
    own("file", "public.workspace_files", "content", {"path": "/a.py", "name": "a.py", "content": "secret"}, once=True),
    inside(
        "file in a project of a team",
        "public.workspace_files",
        "content",
        {"project_id": The("project of a team"), "path": "/b.py", "name": "b.py"},
        once=True,
    ),
    own("embedding", "public.code_embeddings", "content", {"content": "c", "embedding": "[1]"}),
)
CHATS = (
    own("session", "public.chat_sessions", "title", {"session_id": FRESH}),
    inside("session of a team", "public.chat_sessions", "title", {"session_id": FRESH, "team_id": The("team")}),
    held("chat message", "public.chat_message_cache", "content", {"session_id": The("session"), **CHAT}),
    held(
        "chat message of a team",
        "public.chat_message_cache",
        "content",
        {"session_id": The("session of a team"), **CHAT},
    ),
    held("tag", "public.chat_session_tags", "tag", {"session_id": The("session"), "tag": "t"}, once=True),
    held(
        "tag of a team",
        "public.chat_session_tags",
        "tag",
        {"session_id": The("session of a team"), "tag": "t"},
        once=True,
    ),
    own("export", "public.chat_export_requests", "export_type", {"export_type": "csv"}),
    Thing("thread", "public.conversation_threads", {"created_by": The("owner"), "name": "t"}, "name", "created_by"),
    inside(
        "thread message",
        "public.thread_messages",
        "content",
        {"thread_id": The("thread"), "content": "c"},
        by="sender_id",
    ),
    held(
        "thread message of somebody else",
        "public.thread_messages",
        "content",
        {"thread_id": The("thread"), "sender_id": The("guest"), "content": "c"},
    ),
    held(
        "summary",
        "public.thread_summaries",
        "summary",
        {"thread_id": The("thread"), "summary": "s", "message_count": 1, "last_message_id": The("thread message")},
    ),
)
WORKFLOWS = (
    held("workflow", "public.workflows", "name", {"team_id": The("team"), "name": "w", "schema": "{}"}),
    Thing(
        "template",
        "public.workflow_templates",
        {"created_by": The("owner"), "name": "t", "category": "c", "schema": "{}"},
        "name",
        "created_by",
    ),
    Thing(
        "public template",
        "public.workflow_templates",
        {"created_by": The("owner"), "name": "t", "category": "c", "schema": "{}", "is_public": True},
        "name",
        "created_by",
        public=True,
    ),
    inside(
        "run of a workflow",
        "public.workflow_executions",
        "error",
        {"workflow_id": The("workflow"), "status": "running"},
        by="created_by",
    ),
)
OURS = (
    held(
        "model",
        "public.embedding_models",
        "name",
        {"name": FRESH, "revision": "r", "dimensions": 3, "chunker_version": 1},
        public=True,
    ),
    held(
        "model that indexes nothing",
        "public.embedding_models",
        "name",
        {"name": FRESH, "revision": "r", "dimensions": 3, "chunker_version": 1},
        public=True,
    ),
    Thing(
        "state of a file",
        "public.code_index_state",
        {"file_id": The("file"), "model_id": The("model"), "user_id": The("owner"), "wanted_hash": b"h"},
        "error",
        once=True,
        key="file_id",
    ),
    own(
        "chunk",
        "public.code_embeddings",
        "content",
        {"file_id": The("file"), "model_id": The("model"), **CHUNK},
        once=True,
    ),
    Thing(
        "term of code",
        "public.code_terms",
        {"user_id": The("owner"), "model_id": The("model"), "term": FRESH, "df": 1},
        "df",
        key="term",
    ),
    Thing(
        "change of a term",
        "public.code_term_deltas",
        {"user_id": The("owner"), "model_id": The("model"), "term": FRESH, "df": 1},
        "df",
    ),
    Thing(
        "approximate index",
        "public.code_ann_indexes",
        {"user_id": The("owner"), "model_id": The("model"), "name": FRESH, "lists": 1, "probes": 1, "rows_at_build": 1},
        "lists",
        once=True,
        key="name",
    ),
    Thing(
        "index of messages",
        "public.chat_ann_indexes",
        {
            "user_id": The("owner"),
            "model_id": The("model"),
            "name": FRESH,
            "ef_search": 600,
            "rows_at_build": 1,
            "rows_at_check": 1,
            "recall": 1.0,
        },
        "ef_search",
        once=True,
        key="name",
    ),
    Thing(
        "state of a message",
        "public.chat_index_state",
        {"message_id": The("chat message"), "model_id": The("model"), "user_id": The("owner"), "wanted_hash": b"h"},
        "error",
        once=True,
        key="message_id",
    ),
    Thing(
        "part of a message",
        "public.chat_embeddings",
        {"message_id": The("chat message"), "model_id": The("model"), "user_id": The("owner"), **PART},
        "part",
        once=True,
        key="message_id",
    ),
    Thing("term of chats", "public.chat_terms", {"user_id": The("owner"), "term": FRESH}, "term", key="term"),
    held("account", "auth.users", "email", {"email": FRESH}),
    Thing("migration", "codingit.migrations", {"version": FRESH, "checksum": "c"}, "checksum", None, key="version"),
)
# In the order of planting: what holds something comes before it.
THINGS = (*TEAMS, *USERS, *PROJECTS, *CHATS, *WORKFLOWS, *OURS)
BY_NAME = {thing.name: thing for thing in THINGS}
