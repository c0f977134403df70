package geo

var unit = 1

func New() *Shape { return &Shape{W: unit} }
