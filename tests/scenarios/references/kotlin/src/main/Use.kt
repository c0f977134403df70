package main

import geo.Shape

fun run(s: Shape): Int {
    return s.area()
}
