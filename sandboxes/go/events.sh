# Runs `go test -json` with its events in the report; the first says which module they are about.
{
    printf '{"Module":"%s"}\n' "$(go list -m 2>/dev/null | head -n 1)"
    "$@"
} >"$DEVAGENT_REPORT"
