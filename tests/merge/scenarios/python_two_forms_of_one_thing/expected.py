def load(path):
    return open(path)
<<<<<<< ours


def save_text(path, text, encoding):
    with open(path, "w", encoding=encoding) as file:
        file.write(text)
        file.flush()
||||||| base
=======


def store_text(path, text, encoding):
    with open(path, "w", encoding=encoding) as file:
        file.write(text)
        sync(file)
>>>>>>> theirs
