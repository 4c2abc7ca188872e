#!/bin/sh
# The command in a container. A database password comes from a file: in the environment it could be read by every process.
set -eu
secret=/run/secrets/mariadb_password
if [ -z "${BELLHOP_DATABASE_URL:-}" ] && [ -r "$secret" ]; then
    password=$(python -c 'import sys, urllib.parse; print(urllib.parse.quote(open(sys.argv[1]).readline().strip(), safe=""))' "$secret")
    BELLHOP_DATABASE_URL="mysql+pymysql://bellhop:$password@mariadb:3306/bellhop"
    export BELLHOP_DATABASE_URL
fi
exec python -P -m bellhop "$@"
