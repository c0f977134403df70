<<<<<<< ours
from shop import CART, ROOT
||||||| base
from shop import ROOT
=======
from shop import ROOT, CART
>>>>>>> theirs
