// Where npm is configured to get packages from.

import { existsSync, readFileSync } from 'node:fs';

export function registry() {
  const { NPM_CONFIG_USERCONFIG: file, npm_config_registry: named } = process.env;
  const configured = file && existsSync(file) ? /^registry\s*=\s*(\S+)/m.exec(readFileSync(file, 'utf8'))?.[1] : '';
  return (named || configured || 'https://registry.npmjs.org').replace(/\/+$/, '');
}
