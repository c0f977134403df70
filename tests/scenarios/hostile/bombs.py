import os
from pathlib import Path


def test_sparse():
    try:
        with open("sparse.bin", "wb") as file:
            file.truncate(1 << 40)
        with open("full.bin", "wb") as file:
            for _ in range(4096):
                file.write(b"\0" * (1 << 20))
    except OSError:
        pass


def test_deep():
    os.makedirs("deep", exist_ok=True)
    here = os.getcwd()
    os.chdir("deep")
    try:
        for _ in range(3000):
            os.mkdir("d" * 100)
            os.chdir("d" * 100)
    except OSError:
        pass
    os.chdir(here)


def test_many():
    os.makedirs("many", exist_ok=True)
    try:
        for number in range(200_000):
            Path(f"many/{number}").touch()
    except OSError:
        pass


def test_loud():
    print("x" * 50_000_000)
    assert False, "y" * 5_000_000
