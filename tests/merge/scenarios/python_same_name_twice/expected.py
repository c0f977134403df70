def load(path):
    return open(path)
<<<<<<< ours


def save(path, text):
    open(path, "w").write(text)
||||||| base
=======


def save(target, content):
    target.write(content)
>>>>>>> theirs
