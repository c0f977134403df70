package cart

func TestSize(t *testing.T) {
	t.Run("empty", func(t *testing.T) {
		check(t, New().Size(), 0)
	})
	t.Run("full", func(t *testing.T) {
		check(t, Filled(3).Size(), 3)
	})
}
