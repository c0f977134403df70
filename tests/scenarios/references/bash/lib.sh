greet() {
  echo hello
}
