const { add } = require('./lib');
const lib = require('./lib');
add(1);
lib.sub(2);
