'use strict';

/** A function that makes the id of a heading; no id is given twice. */
function slugger() {
  const used = new Map();
  return (text) => {
    const base = text
      .toLowerCase()
      .replace(/[^\w\s-]/g, '')
      .trim()
      .replace(/\s+/g, '-');
    const count = used.get(base) ?? 0;
    used.set(base, count + 1);
    return count === 0 ? base : `${base}-${count}`;
  };
}

module.exports = { slugger };
