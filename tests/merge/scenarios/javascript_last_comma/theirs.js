module.exports = {
  entry: "main.js",
  mode: "production",
  target: "node"
};
