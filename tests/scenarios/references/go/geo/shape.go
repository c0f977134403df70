package geo

type Shape struct{ W int }

func (s *Shape) Area() int { return s.W * unit }
