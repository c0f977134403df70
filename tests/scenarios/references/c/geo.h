struct shape { int w; };
int area(struct shape *s);
