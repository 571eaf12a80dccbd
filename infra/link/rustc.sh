#!/bin/sh
# Stands before rustc (RUSTC_WORKSPACE_WRAPPER) for the crates of the workspace, and lets the functions' programs be
# linked through Zig against the C library of the Lambda runtime, as they are when they are shipped. Whatever else is
# compiled is the tests' own, so that nothing is compiled twice for it.
here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
name= test= previous=
for argument in "$@"; do
    case "$previous" in --crate-name) name=$argument ;; esac
    case "$argument" in --test) test=yes ;; esac
    previous=$argument
done
# A function's program has the name of its package; its library and its tests are linked by the host as all others.
case "$name$test" in
hinomi_fn_*)
    for argument in "$@"; do
        case "$argument" in
        */main.rs | main.rs) exec "$@" -C "linker=$here/zig.sh" ;;
        esac
    done
    ;;
esac
exec "$@"
