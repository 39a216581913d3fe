#!/bin/sh
# Makes .venv in the current folder with the first Python that fits, unless a good one is there already.
set -eu

past() {
    "$1" -c 'import ensurepip, sys, venv; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))' >/dev/null 2>&1
}

# `pip` names the folder the environment was made in: after a move its scripts no longer start.
if past .venv/bin/python && grep -qsF "$PWD/.venv" .venv/bin/pip; then
    exit 0
fi

for python in python3.11 python3.12 python3.13 python3; do
    if past "$python"; then
        echo "Omgeving .venv maken met $("$python" --version)."
        exec "$python" -m venv --clear .venv
    fi
done

echo "Routewacht heeft Python 3.11, 3.12 of 3.13 nodig, met venv en pip." >&2
echo "Op Debian of Ubuntu: sudo apt-get install python3 python3-venv" >&2
exit 1
