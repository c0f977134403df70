# Runs Maven, and gathers the reports of its test plugins into one.
find . -path '*/target/*-reports/TEST-*.xml' -delete 2>/dev/null
"$@"
status=$?
set --
for file in $(find . -path '*/target/surefire-reports/TEST-*.xml' -o -path '*/target/failsafe-reports/TEST-*.xml'); do
    set -- "$@" "$file"
done
[ $# -gt 0 ] || exit "$status"
{
    echo '<testsuites>'
    for file in "$@"; do sed '/^<?xml/d' "$file"; done
    echo '</testsuites>'
} >"$DEVAGENT_REPORT"
exit "$status"
