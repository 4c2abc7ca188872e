#!/bin/sh
# Makes .venv as a lock says: deploy/venv.sh requirements.lock. The copy of the lock in .venv tells that nothing changed.
set -eu
lock=$1
python=${PYTHON:-python3}
stamp=.venv/installed.lock

same() { cmp -s "$1" "$stamp"; }

# The development lock holds all that the other one holds.
if [ -x .venv/bin/bellhop ] && { same "$lock" || same requirements-dev.lock; }; then
    exit 0
fi
if ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
    echo "Bellhop needs Python 3.11 or newer, and $python is not that. Name one: make PYTHON=/path/to/python3.11" >&2
    exit 2
fi
if [ ! -x .venv/bin/python ] || ! .venv/bin/python -m pip --version >/dev/null 2>&1; then
    echo "Making .venv"
    "$python" -m venv .venv
fi
rm -f "$stamp"
echo "Installing what $lock names (a minute or two, only when it changed)"
.venv/bin/python -m pip install -q --disable-pip-version-check --no-input --no-deps --require-hashes -r "$lock"

# The packages are imported from where they lie: no build, and an edit counts at once.
site=$(.venv/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
pwd >"$site/bellhop.pth"
cat >.venv/bin/bellhop <<'END'
#!/bin/sh
exec "$(dirname "$0")/python" -P -m bellhop "$@"
END
chmod +x .venv/bin/bellhop
cp "$lock" "$stamp"
