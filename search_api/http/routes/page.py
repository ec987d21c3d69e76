"""The page for people at `/`, and its files: what a browser may do with them, and how long it may keep them."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from search_api.http.page_files import PageFile, load_page

router = APIRouter(include_in_schema=False)

# Nothing but this service's own files, no inline script or style, and no text that becomes markup (trusted types).
POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Vary": "Accept-Encoding",
}
# Asked for again at each visit, so that a new version is seen at once.
FRESH = "no-cache"
# Their addresses change with their content.
FOR_EVER = "public, max-age=31536000, immutable"

PAGE_PATHS = frozenset({"/", *load_page().files})


@router.get("/")
def get_page(request: Request) -> Response:
    return _answer(request, load_page().start, FRESH)


@router.get("/page/{name:path}")
def get_page_file(request: Request) -> Response:
    # Others do not come past the door.
    return _answer(request, load_page().files[request.url.path], FOR_EVER)


def _answer(request: Request, file: PageFile, caching: str) -> Response:
    packs = accepts_gzip(request.headers.get("accept-encoding", ""))
    # A strong tag names one form of the file.
    etag = f'{file.etag[:-1]}-gzip"' if packs else file.etag
    headers = {**HEADERS, "Cache-Control": caching, "ETag": etag}
    if etag in (tag.strip().removeprefix("W/") for tag in request.headers.get("if-none-match", "").split(",")):
        return Response(status_code=304, headers=headers)
    if packs:
        headers["Content-Encoding"] = "gzip"
    return Response(file.compressed if packs else file.content, headers=headers, media_type=file.media_type)


def accepts_gzip(header: str) -> bool:
    """Whether the header Accept-Encoding allows gzip."""
    for each in header.lower().split(","):
        name, _, quality = each.replace(" ", "").partition(";q=")
        if name in ("gzip", "*"):
            return quality.rstrip("0").rstrip(".") not in ("0", "") if quality else True
    return False
