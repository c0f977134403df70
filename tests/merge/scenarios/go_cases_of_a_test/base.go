package cart

func TestSize(t *testing.T) {
	t.Run("empty", func(t *testing.T) {
		check(t, New().Size(), 0)
	})
}
