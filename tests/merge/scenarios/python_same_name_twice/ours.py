def load(path):
    return open(path)


def save(path, text):
    open(path, "w").write(text)
