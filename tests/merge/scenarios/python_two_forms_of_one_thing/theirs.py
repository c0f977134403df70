def load(path):
    return open(path)


def store_text(path, text, encoding):
    with open(path, "w", encoding=encoding) as file:
        file.write(text)
        sync(file)
