package cart

import (
	"fmt"
	"os"
)

// Cart is what a customer wants to buy.
type Cart struct {
	Items []Item
}

func (c *Cart) Size() int {
	return len(c.Items)
}
