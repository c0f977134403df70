import { SyntaxProblem } from './errors.js';

/**
 * Parse a message into parts: texts, `{ name }` for `{name}`, `{ hash: true }`
 * for `#` and `{ name, forms }` for a plural, whose forms are lists of parts.
 */
export function parseMessage(source) {
  const state = { source, at: 0 };
  const parts = parseParts(state, false);
  if (state.at < source.length) {
    throw new SyntaxProblem(`unexpected } in ${source}`);
  }
  return parts;
}

function parseParts(state, inPlural) {
  const parts = [];
  let text = '';
  const flush = () => {
    if (text) parts.push(text);
    text = '';
  };
  while (state.at < state.source.length && state.source[state.at] !== '}') {
    const char = state.source[state.at];
    if (char === '{') {
      flush();
      parts.push(parseArgument(state));
    } else if (char === '#' && inPlural) {
      flush();
      parts.push({ hash: true });
      state.at += 1;
    } else {
      text += char;
      state.at += 1;
    }
  }
  flush();
  return parts;
}

function parseArgument(state) {
  const match = /^\{\s*(\w+)\s*(,\s*plural\s*,)?/.exec(state.source.slice(state.at));
  if (!match) {
    throw new SyntaxProblem(`no name after { in ${state.source}`);
  }
  state.at += match[0].length;
  if (!match[2]) {
    expect(state, '}');
    return { name: match[1] };
  }
  const forms = {};
  for (;;) {
    const form = /^\s*(\w+|=\d+)\s*\{/.exec(state.source.slice(state.at));
    if (!form) break;
    state.at += form[0].length;
    forms[form[1]] = parseParts(state, true);
    expect(state, '}');
  }
  while (state.source[state.at] === ' ') state.at += 1;
  expect(state, '}');
  if (!forms.other) {
    throw new SyntaxProblem(`a plural needs the form other: ${state.source}`);
  }
  return { name: match[1], forms };
}

function expect(state, char) {
  if (state.source[state.at] !== char) {
    throw new SyntaxProblem(`${char} is missing in ${state.source}`);
  }
  state.at += 1;
}
