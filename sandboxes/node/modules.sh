# Read by the shell that starts a test command, in the project's folder: gives it, and all workspaces around it, their
# packages as links into /opt/env. $devagent_top is the way to the folder that the packages were installed for.
# The node_modules folders themselves are the workspace's own, because tools keep their caches there.

devagent_link() {
    find "$1" -mindepth 1 -maxdepth 1 ! -type l ! -name '@*' -exec ln -s -t "$2" {} +
    # Links lead to other workspaces, relative to where they stand.
    find "$1" -mindepth 1 -maxdepth 1 -type l -exec cp -P -t "$2" {} +
    for devagent_scope in "$1"/@*; do
        [ -d "$devagent_scope" ] || continue
        mkdir -p "$2/${devagent_scope##*/}"
        find "$devagent_scope" -mindepth 1 -maxdepth 1 ! -type l -exec ln -s -t "$2/${devagent_scope##*/}" {} +
        find "$devagent_scope" -mindepth 1 -maxdepth 1 -type l -exec cp -P -t "$2/${devagent_scope##*/}" {} +
    done
}

while read -r devagent_folder; do
    devagent_here=$devagent_top/$devagent_folder
    if [ -d "/opt/env/$devagent_folder/node_modules" ] && [ -d "$devagent_here" ] && [ ! -e "$devagent_here/node_modules" ]; then
        mkdir "$devagent_here/node_modules"
        devagent_link "/opt/env/$devagent_folder/node_modules" "$devagent_here/node_modules"
    fi
done </opt/env/share/devagent/folders
PATH=$PWD/node_modules/.bin:$PATH
export PATH
