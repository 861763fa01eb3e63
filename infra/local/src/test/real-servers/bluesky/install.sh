#!/usr/bin/env bash
# Installs the Bluesky server that tests run against into .real-servers/bluesky, which is not part of the sources. Does nothing if it
# is there already. What is missing is said, and the tests are then skipped: a build must not fail for it.
set -euo pipefail
here="$(cd "$(dirname "$0")" && pwd)"
target="$(cd "$here/../../../../../.." && pwd)/.real-servers/bluesky"
if [ -f "$target/installed" ] && cmp -s "$here/package.json" "$target/package.json"; then
  exit 0
fi
for tool in node npm gcc make python3; do
  if ! command -v "$tool" >/dev/null; then
    echo "no $tool; the real Bluesky server is not installed, and its tests will be skipped" >&2
    exit 0
  fi
done
if [ "$(node -p 'process.versions.node.split(".")[0]')" -lt 20 ]; then
  echo "Node.js 20 or newer is needed; the real Bluesky server is not installed, and its tests will be skipped" >&2
  exit 0
fi
mkdir -p "$target"
rm -f "$target/installed"
cp "$here/package.json" "$target/package.json"
# The database's addon is compiled, with the headers of the node that is here if it has them.
if [ -f /usr/include/node/node.h ]; then
  export npm_config_nodedir=/usr
fi
if (cd "$target" && npm install --no-package-lock --no-audit --no-fund --loglevel=error) >"$target/install.log" 2>&1; then
  touch "$target/installed"
else
  echo "npm could not install the real Bluesky server ($target/install.log); its tests will be skipped" >&2
fi
