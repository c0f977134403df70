/** `de_at` and `DE-at` are both written `de-AT`. */
export function normalize(locale) {
  const [language, ...regions] = locale.replaceAll('_', '-').split('-');
  return [language.toLowerCase(), ...regions.map((part) => part.toUpperCase())].join('-');
}

/** The locales to look a message up in: the locale itself, then less and less special ones. */
export function chain(locale, fallback) {
  const parts = normalize(locale).split('-');
  const found = [];
  while (parts.length > 0) {
    found.push(parts.join('-'));
    parts.pop();
  }
  if (!found.includes(fallback)) {
    found.push(fallback);
  }
  return found;
}

export function languageOf(locale) {
  return locale.split('-')[0];
}
