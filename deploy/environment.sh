#!/bin/sh
# Makes .venv from the locks: `environment.sh runtime` (what the product runs on) or `dev` (that
# and what tests it). Does nothing when the lock has not changed. Needs Python >= 3.11 alone.
set -eu
cd "$(dirname "$0")/.."
kind=${1:?runtime or dev}

fail() {
    echo "foyer: $1" >&2
    exit 1
}

lock_of() {
    if [ "$1" = dev ]; then echo requirements-dev.lock; else echo requirements.lock; fi
}

find_python() {
    for candidate in ${PYTHON:-python3 python3.14 python3.13 python3.12 python3.11}; do
        if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            echo "$candidate"
            return
        fi
    done
    fail "no Python >= 3.11 found (looked for ${PYTHON:-python3}); install one or set PYTHON=/path/to/python"
}

installed() { # kind
    [ -f ".venv/.$1" ] && cmp -s "$(lock_of "$1")" ".venv/.$1"
}

[ -f .venv/.dev ] && kind=dev # what is there for development stays there
installed "$kind" && exit 0

if ! .venv/bin/python -c '' 2>/dev/null; then
    python=$(find_python)
    echo "foyer: making .venv with $("$python" --version)" >&2
    rm -rf .venv
    "$python" -m venv .venv 2>/dev/null ||
        fail "'$python -m venv .venv' failed; on Debian and Ubuntu install the package python3-venv"
fi
if ! .venv/bin/python -m uv --version >/dev/null 2>&1; then
    .venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes \
        -r requirements-bootstrap.lock ||
        fail "pip could not install uv from requirements-bootstrap.lock; is a package index reachable (PIP_INDEX_URL)?"
fi
lock=$(lock_of "$kind")
echo "foyer: installing $lock" >&2
.venv/bin/python -m uv pip sync --quiet --system-certs --python .venv/bin/python --require-hashes "$lock" ||
    fail "the packages of $lock could not be installed; is a package index reachable (UV_DEFAULT_INDEX)?"
rm -f .venv/.runtime .venv/.dev
cp "$lock" ".venv/.$kind"
