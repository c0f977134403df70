import { formatNumber } from './numbers.js';
import { parseMessage } from './parse.js';
import { pluralForm } from './plurals.js';

/**
 * Make a function of a message. Numbers and plural forms in what it returns
 * are those of the locale the message is written in.
 */
export function compileMessage(locale, source) {
  const parts = parseMessage(source);
  return (values) => render(locale, parts, values, null);
}

function render(locale, parts, values, count) {
  return parts.map((part) => renderPart(locale, part, values, count)).join('');
}

function renderPart(locale, part, values, count) {
  if (typeof part === 'string') return part;
  if (part.hash) return formatNumber(locale, count);
  const value = values[part.name];
  if (part.forms) {
    const exact = part.forms[`=${value}`];
    const form = exact ?? part.forms[pluralForm(locale, value)] ?? part.forms.other;
    return render(locale, form, values, value);
  }
  if (typeof value === 'number') return formatNumber(locale, value);
  return value === undefined ? `{${part.name}}` : String(value);
}
