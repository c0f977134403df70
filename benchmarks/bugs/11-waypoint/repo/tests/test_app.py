import pytest

from waypoint import App, BuildError, PatternError, Response


def echo(name):
    def handler(request, **values):
        return f"{name} {values}" if values else name

    handler.__name__ = name
    return handler


@pytest.fixture
def app():
    app = App()
    for pattern, name in [
        ("/", "home"),
        ("/users", "users"),
        ("/users/new", "new_user"),
        ("/users/new/help", "help"),
        ("/users/<int:id>", "user"),
        ("/users/<name>/posts", "posts"),
        ("/files/<path:rest>", "files"),
        ("/files/static/logo", "logo"),
    ]:
        app.route(pattern)(echo(name))
    return app


def test_fixed_routes(app):
    assert app.get("/").body == "home"
    assert app.get("/users").body == "users"
    assert app.get("/users/new").body == "new_user"
    assert app.get("/users/new/").body == "new_user"


def test_parameters_are_converted(app):
    assert app.get("/users/7").body == "user {'id': 7}"
    assert app.get("/users/ann/posts").body == "posts {'name': 'ann'}"


def test_strict_parameters_first_but_not_at_any_price(app):
    assert app.get("/users/7/posts").body == "posts {'name': '7'}"


def test_fixed_segment_that_leads_nowhere(app):
    assert app.get("/users/new/posts").body == "posts {'name': 'new'}"
    assert app.get("/users/new/help").body == "help"


def test_path_takes_the_rest(app):
    assert app.get("/files/a/b/c").body == "files {'rest': 'a/b/c'}"
    assert app.get("/files/static/logo").body == "logo"


def test_path_next_to_fixed_segments(app):
    assert app.get("/files/static").body == "files {'rest': 'static'}"
    assert app.get("/files/static/logo/big").body == "files {'rest': 'static/logo/big'}"


def test_not_found(app):
    assert app.get("/nowhere").status == 404
    assert app.get("/users/ann").status == 404
    assert app.get("/users/new/nothing").status == 404
    assert app.get("/files").status == 404


def test_methods(app):
    @app.route("/users", methods=["POST"], name="create")
    def create(request):
        return Response("created", 201)

    assert app.post("/users").status == 201
    assert app.get("/users").body == "users"
    answer = app.post("/users/7")
    assert (answer.status, answer.headers) == (405, {"Allow": "GET"})


def test_query():
    app = App()

    @app.route("/search")
    def search(request):
        return request.query["q"]

    assert app.get("/search?q=tea+pot").body == "tea pot"


def test_url_for(app):
    assert app.url_for("user", id=7) == "/users/7"
    assert app.url_for("files", rest="a/b") == "/files/a/b"
    assert app.url_for("home") == "/"
    for name, values in (("user", {}), ("user", {"id": "x"}), ("nope", {})):
        with pytest.raises(BuildError):
            app.url_for(name, **values)


def test_bad_patterns():
    app = App()
    for pattern in ("users", "/<a>/<a>", "/<path:p>/x", "/x<int:y>", "/<float:x>"):
        with pytest.raises(PatternError):
            app.route(pattern)(echo("x"))
