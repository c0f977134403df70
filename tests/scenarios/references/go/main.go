package main

import "example.org/shop/geo"

func main() {
	println(geo.New().W)
	var s *geo.Shape
	go run(s)
}

func run(s *geo.Shape) int { return s.Area() }
