from shop import ROOT, CART
