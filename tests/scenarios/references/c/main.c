#include "geo.h"
int main(void) { struct shape s; return area(&s); }
