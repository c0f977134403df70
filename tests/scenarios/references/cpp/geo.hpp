namespace geo {
class Base { public: int width(); };
class Shape : public Base {
 public:
  int area() { return width(); }
};
}
