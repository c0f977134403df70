import os
import json
import re


def load(path):
    return json.loads(path.read_text())


def names(text):
    return re.findall("[a-z]+", text) + [json.dumps(text)]
