package geo

class Shape {
    fun area(): Int {
        return width()
    }

    fun width(): Int = 1
}
