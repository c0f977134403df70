def start(app):
    app.load()
    app.log()
    app.run()
