function add(a) { return a; }
module.exports = { add };
exports.sub = function (x) { return x; };
