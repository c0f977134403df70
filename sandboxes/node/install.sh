#!/bin/sh
# Puts the packages that package.json names, and the workspaces that it names, into /opt/env/node_modules. Install
# scripts of the project itself do not run here: its files are not there. The lock files of npm, yarn and pnpm are
# followed. Exit status 3: npm is needed and cannot be had.
set -eu
command -v node >/dev/null || { echo "Node.js is not installed here" >&2; exit 1; }
mkdir -p /opt/env/bin /opt/env/share/devagent
cp /build/.devagent/modules.sh /opt/env/share/devagent/
cd /opt/env
: >share/devagent/folders

# An old Node.js is replaced, and one that is not what the project asks for.
IFS=, read -r fitting asked </build/.devagent/version || :
version=${fitting%% *}
current=$(node -p 'process.versions.node.split(".")[0]')
case " $fitting " in
    *" $current "*) [ "$current" -ge 20 ] || [ "$current" = "$version" ] || old=1 ;;
    *) old=1 ;;
esac
if [ -n "${old:-}" ] && [ -n "$version" ]; then
    if node /build/.devagent/node.mjs "$version" /tmp/devagent-node; then
        cp /tmp/devagent-node/node bin/node
        PATH=/opt/env/bin:$PATH
    elif [ -n "$asked" ]; then
        echo "the project asks for Node.js $asked; the sandbox has $current" >share/devagent/note.txt
    fi
    rm -rf /tmp/devagent-node
fi
[ -f /build/package.json ] || exit 0
wanted=$(node /build/.devagent/workspaces.mjs /build /opt/env)
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

for lock in package-lock.json npm-shrinkwrap.json; do
    [ ! -f "/build/$lock" ] || cp "/build/$lock" .
done
afresh() {
    find . -name node_modules -prune -exec rm -rf {} +
    npm install --ignore-scripts --no-package-lock || npm install --ignore-scripts --no-package-lock --legacy-peer-deps
}
if [ -f package-lock.json ] || [ -f npm-shrinkwrap.json ]; then
    npm ci --ignore-scripts || { echo "note: the lock file does not fit; resolving afresh"; afresh; }
else
    . /build/.devagent/locked.sh
    devagent_locked || afresh
fi
npm rebuild || echo "note: not every package could be built"
while read -r folder; do
    rm -f "$folder/package.json"
done <share/devagent/folders
rm -rf package-lock.json npm-shrinkwrap.json "$tools"
