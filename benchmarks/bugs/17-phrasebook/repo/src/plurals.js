import { languageOf } from './locales.js';

function slavic(n) {
  const tens = n % 100;
  const ones = n % 10;
  if (n === 1) return 'one';
  if (ones >= 2 && ones <= 4 && !(tens >= 12 && tens <= 14)) return 'few';
  return 'other';
}

const RULES = {
  en: (n) => (n === 1 ? 'one' : 'other'),
  de: (n) => (n === 1 ? 'one' : 'other'),
  fr: (n) => (n < 2 ? 'one' : 'other'),
  ja: () => 'other',
  pl: slavic,
};

/** The plural form a language uses for a number. */
export function pluralForm(locale, n) {
  const rule = RULES[languageOf(locale)] ?? RULES.en;
  return rule(Math.abs(n));
}
