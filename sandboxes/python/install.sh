#!/bin/sh
# Makes the virtual environment /opt/env: pytest, build backends and the dependencies of the project in /build,
# never the project itself, which every workspace installs offline under /opt/project.
set -eu
export PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_INPUT=1 PIP_NO_CACHE_DIR=1 PIP_ROOT_USER_ACTION=ignore

python3 -m venv /opt/env
/opt/env/bin/python -c '
import site, sys, sysconfig
target = "/opt/project/lib/python%d.%d/site-packages" % sys.version_info[:2]
with open(sysconfig.get_path("purelib") + "/devagent-project.pth", "w") as file:
    file.write("import site; site.addsitedir(%r)\n" % target)
'

mkdir -p /opt/env/share/devagent
cp /build/.devagent/project.py /opt/env/share/devagent/

plan=$(mktemp -d)
/opt/env/bin/python /build/.devagent/dependencies.py /build "$plan"
cd /build
requirements() {
    /opt/env/bin/python -m pip install --quiet "$@" -r "$plan/requirements.txt" && return
    cmp -s "$plan/requirements.txt" "$plan/fewer.txt" && return 1
    echo "note: the requirement files do not fit together; only those for tests are used"
    /opt/env/bin/python -m pip install --quiet "$@" -r "$plan/fewer.txt"
}
if [ -s "$plan/constraints.txt" ] && requirements -c "$plan/constraints.txt"; then
    :
else
    [ ! -s "$plan/constraints.txt" ] || echo "note: the lock file does not fit this Python; resolving afresh"
    requirements
fi
# A package that needs the project brings its published version, which would be found before the workspace's.
while read -r name; do
    /opt/env/bin/python -m pip uninstall --quiet --yes "$name" 2>/dev/null || :
done <"$plan/own.txt"
rm -rf "$plan"
