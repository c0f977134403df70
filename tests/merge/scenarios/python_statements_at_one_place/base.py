def start(app):
    app.load()
    app.run()
