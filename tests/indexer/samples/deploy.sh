#!/usr/bin/env bash
set -e
build() {
  make
}
function release {
  build
}
release
