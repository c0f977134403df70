package cart

import (
	"fmt"
	"os"
	"sync"
	"time"
)

// Cart is what a customer wants to buy.
type Cart struct {
	Items []Item
	mutex sync.Mutex
	Since time.Time
}

func (c *Cart) Size() int {
	return len(c.Items)
}

// Clear empties the cart.
func (c *Cart) Clear() {
	c.mutex.Lock()
	c.Items = nil
}

func (c *Cart) Age() time.Duration {
	return time.Since(c.Since)
}
