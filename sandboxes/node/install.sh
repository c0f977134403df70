#!/bin/sh
# Puts the packages that package.json names into /opt/env/node_modules. Install scripts of the project itself do not
# run here: its files are not there. npm's lock file is followed; other lock files are not read.
set -eu
command -v node >/dev/null || { echo "Node.js is not installed here" >&2; exit 1; }
mkdir -p /opt/env/bin
cd /opt/env
[ -f /build/package.json ] || exit 0
node -e '
const { dependencies, devDependencies, optionalDependencies, peerDependencies } = JSON.parse(require("fs").readFileSync("/build/package.json"));
process.exit(Object.keys({ ...dependencies, ...devDependencies, ...optionalDependencies, ...peerDependencies }).length ? 0 : 10);
' || { [ $? -eq 10 ] && exit 0; echo "package.json cannot be read" >&2; exit 1; }
command -v npm >/dev/null || { echo "package.json has dependencies, and npm is not installed here" >&2; exit 1; }

export npm_config_audit=false npm_config_fund=false npm_config_update_notifier=false npm_config_cache=/tmp/npm-cache
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
rm -rf package.json package-lock.json npm-shrinkwrap.json /tmp/npm-cache
