# The whole service in one container, built from Debian's packages and PyPI alone:
#
#     make image
#     docker run --rm --name codingit -p 127.0.0.1:8765:8765 -v codingit:/var/lib/codingit \
#       -v ~/code/shop:/shop:ro codingit-search up /shop
#     docker exec codingit codingit search "where are prices rounded"
#
# docs/operations.md tells how its parts run apart, beside a database of your own.

ARG BASE=debian:trixie-slim

FROM ${BASE} AS build
RUN apt-get update \
 && apt-get install --yes --no-install-recommends ca-certificates python3-venv \
 && rm -rf /var/lib/apt/lists/*
RUN python3 -m venv /opt/codingit
WORKDIR /source
COPY pyproject.toml README.md ./
COPY models models
COPY sql sql
COPY indexer indexer
COPY search_api search_api
# `models` for models other than the default one; they need PyTorch, of which the version without CUDA is asked for.
ARG EXTRAS=
ARG TORCH=torch
RUN /opt/codingit/bin/pip install --no-cache-dir --disable-pip-version-check \
    ${EXTRAS:+"${TORCH}"} ".${EXTRAS:+[${EXTRAS}]}"

FROM ${BASE}
RUN apt-get update \
 && apt-get install --yes --no-install-recommends ca-certificates python3 \
 && rm -rf /var/lib/apt/lists/* \
 && groupadd --gid 10001 codingit \
 && useradd --uid 10001 --gid 10001 --no-log-init --home-dir /var/lib/codingit --create-home codingit \
 && mkdir /workspace
COPY --from=build /opt/codingit /opt/codingit
ENV PATH=/opt/codingit/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    CODINGIT_DATA_DIR=/var/lib/codingit \
    CODINGIT_HOST=0.0.0.0 \
    CODINGIT_PORT=8765
USER codingit
WORKDIR /workspace
VOLUME /var/lib/codingit
EXPOSE 8765
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8765/readyz', timeout=4)"]
ENTRYPOINT ["codingit"]
CMD ["up", "/workspace"]
