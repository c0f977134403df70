"""The application."""

from .errors import MethodNotAllowed, NotFound
from .messages import Request, Response
from .routes import Router


class App:
    """Handlers for routes."""

    def __init__(self):
        self._router = Router()

    def route(self, pattern, methods=("GET",), name=None):
        """Decorator: let a function answer requests for a pattern."""

        def decorate(handler):
            self._router.add(pattern, name or handler.__name__, handler, methods)
            return handler

        return decorate

    def handle(self, request):
        try:
            handler, values = self._router.match(request.method, request.path)
        except NotFound:
            return Response("not found", 404)
        except MethodNotAllowed as error:
            return Response("not allowed", 405, {"Allow": ", ".join(error.allowed)})
        answer = handler(request, **values)
        return answer if isinstance(answer, Response) else Response(str(answer))

    def get(self, url):
        return self.handle(Request.of("GET", url))

    def post(self, url):
        return self.handle(Request.of("POST", url))

    def url_for(self, name, **values):
        return self._router.build(name, values)
