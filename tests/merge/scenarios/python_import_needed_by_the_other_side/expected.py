import os
import json
import re
import tomllib


def load(path):
    return tomllib.loads(path.read_text())


def names(text):
    return re.findall("[a-z]+", text) + [json.dumps(text)]
