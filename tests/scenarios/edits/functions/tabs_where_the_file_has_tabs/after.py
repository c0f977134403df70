class A:
	def f(self):
		if not self:
			return 1
		return 2
