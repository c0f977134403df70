def start(app):
    app.load()
<<<<<<< ours
    app.check()
||||||| base
=======
    app.log()
>>>>>>> theirs
    app.run()
