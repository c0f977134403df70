package cart

import (
	"fmt"
	"os"
	"sync"
)

// Cart is what a customer wants to buy.
type Cart struct {
	Items []Item
	mutex sync.Mutex
}

func (c *Cart) Size() int {
	return len(c.Items)
}

// Clear empties the cart.
func (c *Cart) Clear() {
	c.mutex.Lock()
	c.Items = nil
}
