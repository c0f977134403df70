# Read by install.sh: installs what yarn.lock or pnpm-lock.yaml says, with the tool that wrote it. $tools is a folder for
# that tool, which comes from npm's registry; npm is a command here.

devagent_tool() {
    npm install --silent --no-save --no-package-lock --ignore-scripts --prefix "$tools/locker" "locker@npm:$1" >&2
}

devagent_with_yarn() {
    # What was resolved elsewhere comes from the registry that is configured here, as npm does it.
    registry=$(npm config get registry)
    sed "s#https://registry\.yarnpkg\.com/#${registry%/}/#; s#https://registry\.npmjs\.org/#${registry%/}/#" /build/yarn.lock >yarn.lock
    devagent_tool yarn@1.22.22 || return 1
    SKIP_YARN_COREPACK_CHECK=1 node "$tools/locker/node_modules/locker/bin/yarn.js" install --frozen-lockfile --ignore-scripts \
        --ignore-engines --non-interactive --no-progress --cache-folder "$tools/cache" --registry "$registry"
}

# Also where the project does without node_modules: Plug'n'Play has no place in a sandbox whose files are elsewhere.
devagent_with_berry() {
    cp /build/yarn.lock .
    case $(sed -n 's/^  version: //p' yarn.lock) in
        [4-7]) devagent_tool @yarnpkg/cli-dist@3.8.6 || return 1 ;;
        *) devagent_tool @yarnpkg/cli-dist@4.18.1 || return 1 ;;
    esac
    printf 'nodeLinker: node-modules\nenableTelemetry: false\nenableGlobalCache: false\n' >.yarnrc.yml
    export YARN_CACHE_FOLDER="$tools/cache" YARN_GLOBAL_FOLDER="$tools/global" YARN_IGNORE_PATH=1
    YARN_NPM_REGISTRY_SERVER=$(npm config get registry)
    export YARN_NPM_REGISTRY_SERVER
    [ -z "${https_proxy:-}" ] || export YARN_HTTPS_PROXY="$https_proxy"
    [ -z "${http_proxy:-}" ] || export YARN_HTTP_PROXY="$http_proxy"
    # An older yarn's lock file is brought up to date, and keeps what it says.
    for devagent_way in --immutable --no-immutable; do
        ! node "$tools/locker/node_modules/locker/bin/yarn.js" install --mode=skip-build $devagent_way || return 0
    done
    return 1
}

devagent_with_pnpm() {
    cp /build/pnpm-lock.yaml .
    case $(sed -n "s/^lockfileVersion: '\{0,1\}\([0-9]*\).*/\1/p" pnpm-lock.yaml) in
        5) devagent_tool pnpm@7.33.7 || return 1 ;;
        6) devagent_tool pnpm@8.15.9 || return 1 ;;
        9) devagent_tool pnpm@10.34.8 || return 1 ;;
        *) echo "its version is not known" >&2 && return 1 ;;
    esac
    CI=1 node "$tools/locker/node_modules/locker/bin/pnpm.cjs" install --frozen-lockfile --ignore-scripts \
        --store-dir "$tools/store" --registry "$(npm config get registry)"
}

# Whether there is such a lock file, and it could be followed; what else happened is told.
devagent_locked() {
    lock=
    for devagent_file in yarn.lock pnpm-lock.yaml; do
        [ ! -f "/build/$devagent_file" ] || lock=$devagent_file
    done
    [ -n "$lock" ] || return 1
    node /build/.devagent/workspaces.mjs /build /opt/env as-written >/dev/null
    for devagent_file in pnpm-workspace.yaml patches; do
        [ ! -e "/build/$devagent_file" ] || cp -R "/build/$devagent_file" .
    done
    if [ "$lock" = pnpm-lock.yaml ]; then
        devagent_with_pnpm && devagent_done=0 || devagent_done=1
    elif grep -q '^__metadata:' /build/yarn.lock; then
        devagent_with_berry && devagent_done=0 || devagent_done=1
    else
        devagent_with_yarn && devagent_done=0 || devagent_done=1
    fi
    rm -rf yarn.lock .yarnrc.yml .yarn .pnp.* pnpm-lock.yaml pnpm-workspace.yaml patches
    node /build/.devagent/workspaces.mjs /build /opt/env >/dev/null
    [ "$devagent_done" = 0 ] ||
        echo "$lock could not be followed: the packages are the newest that package.json allows" >>share/devagent/note.txt
    return "$devagent_done"
}
