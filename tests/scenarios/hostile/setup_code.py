import sys

sys.path.insert(0, "")
from probe import breaches
from setuptools import setup

found = breaches()
print(found)
setup(name="calc", version="1", py_modules=["calc", "probe"])
if found:
    raise SystemExit(str(found))
