import { languageOf } from './locales.js';

const MARKS = {
  en: [',', '.'],
  de: ['.', ','],
  fr: ['\u202f', ','],
  pl: ['\u00a0', ','],
};

/** A number with the marks of a language: `1,234.5` or `1.234,5`. */
export function formatNumber(locale, value) {
  const [group, point] = MARKS[languageOf(locale)] ?? MARKS.en;
  const [whole, decimals] = String(Math.abs(value)).split('.');
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, group);
  const sign = value < 0 ? '-' : '';
  return sign + grouped + (decimals ? point + decimals : '');
}
