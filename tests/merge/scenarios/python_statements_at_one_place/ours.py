def start(app):
    app.load()
    app.check()
    app.run()
