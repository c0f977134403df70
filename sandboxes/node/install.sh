#!/bin/sh
# Puts the packages that package.json names into /opt/env/node_modules. Install scripts of the project itself do not
# run here: its files are not there. npm's lock file is followed; other lock files are not read.
# Exit status 3: npm is needed and cannot be had.
set -eu
command -v node >/dev/null || { echo "Node.js is not installed here" >&2; exit 1; }
mkdir -p /opt/env/bin
cd /opt/env
[ -f /build/package.json ] || exit 0
wanted=$(node -e '
const { dependencies, devDependencies, optionalDependencies, peerDependencies } = JSON.parse(require("fs").readFileSync("/build/package.json", "utf8"));
console.log(Object.keys({ ...dependencies, ...devDependencies, ...optionalDependencies, ...peerDependencies }).length);
')
[ "$wanted" -gt 0 ] || exit 0

export npm_config_audit=false npm_config_fund=false npm_config_update_notifier=false
tools=$(mktemp -d)
export npm_config_cache="$tools/cache"
if command -v npm >/dev/null; then
    npm() { command npm "$@"; }
else
    node /build/.devagent/npm.mjs "$tools" || exit 3
    npm() { node "$tools/package/bin/npm-cli.js" "$@"; }
fi

cp /build/package.json .
for lock in package-lock.json npm-shrinkwrap.json; do
    [ ! -f "/build/$lock" ] || cp "/build/$lock" .
done
if [ -f package-lock.json ] || [ -f npm-shrinkwrap.json ]; then
    npm ci --ignore-scripts
else
    npm install --ignore-scripts --no-package-lock
fi
npm rebuild || echo "note: not every package could be built"
rm -rf package.json package-lock.json npm-shrinkwrap.json "$tools"
