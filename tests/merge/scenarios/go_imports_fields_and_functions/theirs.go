package cart

import (
	"fmt"
	"os"
	"time"
)

// Cart is what a customer wants to buy.
type Cart struct {
	Items []Item
	Since time.Time
}

func (c *Cart) Size() int {
	return len(c.Items)
}

func (c *Cart) Age() time.Duration {
	return time.Since(c.Since)
}
