#!/bin/sh
# Links as cargo-lambda does: through the Zig that it brings, against glibc 2.34, which provided.al2023 has.
tools=$(CDPATH= cd -- "$(dirname -- "$0")/../../.tools/sam/bin" && pwd) || exit 1
# cargo-lambda finds Zig through the python3 beside it.
export PATH="$tools:$PATH"
exec "$tools/cargo-lambda" zig cc -- -g -fno-sanitize=all -target "$(uname -m)-linux-gnu.2.34" "$@"
