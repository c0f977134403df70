import os
import tomllib


def load(path):
    return tomllib.loads(path.read_text())
