module.exports = {
  entry: "main.js",
  mode: "production",
  cache: true
};
