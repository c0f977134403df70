import os

from common import HOST, attempt, shell

checkout = HOST["checkout"]
attempt("hook", lambda: open(checkout + "/.git/hooks/post-checkout", "w"))
attempt("config", lambda: open(checkout + "/.git/config", "a"))
attempt("make the path", lambda: os.makedirs(checkout + "/.git"), lambda _: os.path.exists(checkout + "/.git/HEAD"))
attempt("git by path", lambda: shell(f"git -C {checkout} -c safe.directory='*' update-ref refs/heads/evil {HOST['commit']}"))
attempt("git dir variable", lambda: shell(f"GIT_DIR={checkout}/.git git cat-file -p {HOST['commit']}"))
alternates = f"""
    git init -q alternate && cd alternate && echo {checkout}/.git/objects > .git/objects/info/alternates
    git cat-file -p {HOST["commit"]}
"""
attempt("alternates", lambda: shell(alternates))
attempt("worktree file", lambda: shell(f"mkdir w && cd w && echo 'gitdir: {checkout}/.git' > .git && git log"))
attempt("mount", lambda: shell("mount -t tmpfs none /mnt || mount --bind / /work/x"))
attempt("mount in a namespace of one's own", lambda: shell("unshare -Urm mount -t tmpfs none /tmp"))
attempt("link", lambda: os.link(checkout + "/.git/HEAD", "/work/HEAD"))
