def load(path):
    return open(path)


def save(target, content):
    target.write(content)
