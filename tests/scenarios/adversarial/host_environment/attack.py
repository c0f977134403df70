import os

from common import HOST, attempt

attempt("own environment", lambda: dict(os.environ), lambda found: HOST["secret"] in str(found))
allowed = "CI HOME HOSTNAME LANG LC_CTYPE LOGNAME PATH PWD OLDPWD SHLVL _ PYTHONDONTWRITEBYTECODE PYTHONHASHSEED TZ USER"
attempt("names", lambda: sorted(set(os.environ) - set(allowed.split())), bool)
attempt("home", lambda: os.listdir(os.path.expanduser("~")), bool)
