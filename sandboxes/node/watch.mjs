// Compares what variants would have computed with what the program they come from computes, while it runs.
//
// At each site the program is made to ask a `Watch`: for an expression before it is evaluated, for a statement before it
// is gone to. The expression itself and those of the variants are then evaluated in careful steps (careful.mjs), where
// they see what the program sees. A variant whose expression has come to the same each time has changed nothing.

import * as careful from './careful.mjs';

/** What the program knows a `Watch` by. */
export const NAME = '__devagent_look__';
// One site may take this part of the time for all.
const SITE_SHARE = 0.3;
const { performance } = globalThis;

/** Looks at sites for so many milliseconds at most; `sites` and `ways` as in the task (batch.mjs). */
export class Watch {
  #sites;
  #left;

  constructor(sites, ways, milliseconds) {
    this.#left = milliseconds;
    this.#sites = sites.map(([path, start, end, truth, own]) => ({ path, start, end, truth, own, ways: [], spent: 0 }));
    for (const [number, way] of ways.entries()) {
      if (way === null) continue;
      const [site, text, usual] = way;
      this.#sites[site].ways.push({ number, text, usual, same: true, misfit: false });
    }
    for (const site of this.#sites) {
      site.asked = site.ways.filter(({ text }) => text !== null);
      site.open = [...site.asked.entries()];
    }
    Object.assign(this, careful);
  }

  /** The text of a file with a question at each of its sites. */
  watched(path, content) {
    const marks = this.#sites.flatMap((site, number) => (site.path === path ? marksOf(site, number) : []));
    marks.sort((one, other) => one.at - other.at || one.rank - other.rank || one.inner - other.inner);
    const pieces = [];
    let last = 0;
    for (const { at, text } of marks) {
      pieces.push(content.subarray(last, at), Buffer.from(text, 'latin1'));
      last = at;
    }
    return Buffer.concat([...pieces, content.subarray(last)]);
  }

  /** Nothing will be known of the sites of a file. */
  forgo(path) {
    for (const site of this.#sites) if (site.path === path) this.#giveUp(site);
  }

  /** An expression is about to be evaluated. */
  value(number, questions) {
    const site = this.#sites[number];
    if (site.open.length > 0) this.#timed(site, () => this.#compare(site, questions(), true));
  }

  /** A statement is gone to. */
  reached(number, questions) {
    const site = this.#sites[number];
    for (const way of site.ways) if (way.text === null) way.same = false;
    if (site.open.length > 0) this.#timed(site, () => this.#compare(site, questions(), false));
  }

  findings() {
    const ways = this.#sites.flatMap((site) => site.ways);
    const numbers = (found) => found.map(({ number }) => number);
    return { same: numbers(ways.filter((way) => way.same)), misfits: numbers(ways.filter((way) => way.misfit)) };
  }

  #timed(site, look) {
    const began = performance.now();
    look();
    const took = performance.now() - began;
    site.spent += took;
    this.#left -= took;
    if (this.#left < 0 || site.spent > SITE_SHARE * (this.#left + site.spent)) this.#giveUp(site);
  }

  #compare(site, questions, hasOwn) {
    const own = hasOwn ? answer(questions.shift()) : undefined;
    if (hasOwn && 'error' in own) return void this.#giveUp(site);
    site.open = site.open.filter(([index, way]) => {
      const found = answer(questions[index]);
      way.misfit = found.error instanceof TypeError || found.error instanceof ReferenceError;
      way.same = !('error' in found) && agrees(found.value, way.usual ?? own.value, site.truth);
      return way.same;
    });
  }

  #giveUp(site) {
    for (const way of site.ways) way.same = false;
    site.open = [];
  }
}

function answer(question) {
  try {
    return { value: question() };
  } catch (error) {
    return { error };
  }
}

function agrees(found, expected, truth) {
  try {
    return truth ? Boolean(found) === Boolean(expected) : careful.isSame(found, expected);
  } catch {
    return false; // they could not be told apart
  }
}

/** What is put into a file for a site: outer ones around inner ones. */
function marksOf(site, number) {
  const others = site.asked.map(({ text }) => text);
  const questions = (texts) => `() => [${texts.map((text) => `() => (${text})`).join(', ')}]`;
  if (site.end === null) return [{ at: site.start, rank: 1, inner: 0, text: `;${NAME}.reached(${number}, ${questions(others)});` }];
  const before = `(${NAME}.value(${number}, ${questions([site.own, ...others])}), `;
  return [
    { at: site.start, rank: 2, inner: -site.end, text: before },
    { at: site.end, rank: 0, inner: -site.start, text: ')' },
  ];
}
