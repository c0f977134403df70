#!/bin/sh
# Puts the modules that go.mod names into /opt/env/go, from where the tests take them offline.
set -eu
PATH=$PATH:/usr/local/go/bin
command -v go >/dev/null || { echo "Go is not installed here" >&2; exit 1; }
mkdir -p /opt/env/go/pkg/mod
cd /build
[ -f go.mod ] && grep -q '^[[:space:]]*require\|^require' go.mod || exit 0
export GOPATH=/opt/env/go GOMODCACHE=/opt/env/go/pkg/mod GOFLAGS=-modcacherw GOCACHE=/tmp/go-cache
go mod download
rm -rf /tmp/go-cache
chmod -R a+rX /opt/env/go
