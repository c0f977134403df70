#!/bin/sh
# Puts what the pom.xml files name (dependencies, plugins, test providers) into /opt/env/m2, a local repository that the
# tests use offline. Where Maven's own repository cannot be reached, that of Debian's packages is taken.
set -eu
command -v mvn >/dev/null || { echo "Maven is not installed here" >&2; exit 1; }
mkdir -p /opt/env/m2
cd /build
[ -f pom.xml ] || exit 0
for pom in $(find . -name pom.xml); do
    # The provider for a test framework is chosen when there is a test: one of each style makes Maven fetch it.
    mkdir -p "$(dirname "$pom")/src/test/java/devagent"
    printf 'package devagent;\npublic class NothingTest {}\n' >"$(dirname "$pom")/src/test/java/devagent/NothingTest.java"
done
if mvn --batch-mode -q -Dmaven.repo.local=/opt/env/m2 -Dmaven.test.failure.ignore=true -DfailIfNoTests=false test dependency:go-offline; then
    find /opt/env/m2 -name _remote.repositories -delete
elif [ -d /usr/share/maven-repo ]; then
    echo "note: Maven's repository could not be used; Debian's packages stand for it"
    rm -rf /opt/env/m2
    cp -rs /usr/share/maven-repo /opt/env/m2
else
    exit 1
fi
chmod -R a+rX /opt/env/m2
