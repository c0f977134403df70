from shop.models import (
    Basket,
    Order,
    Product,
    Supplier,
    Voucher,
)
