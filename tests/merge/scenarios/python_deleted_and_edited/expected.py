class Shape:
    def area(self):
        return 0
<<<<<<< ours
||||||| base

    def name(self):
        return "shape"
=======

    def name(self):
        return self.label
>>>>>>> theirs
