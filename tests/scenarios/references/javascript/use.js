import make, { Shape as S } from './lib/shapes';
import { resize } from './lib';
import * as all from './lib/shapes';
const s = new S();
s.area();
make();
resize(2);
all.scale(1);
function f(make) { return make(); }
