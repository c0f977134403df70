from shop import CART, ROOT
