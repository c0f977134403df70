// Where npm is configured to get packages from, and how they are got: Node's own fetch knows no proxy before Node 24.

import { existsSync, readFileSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import { once } from 'node:events';

const MOST_REDIRECTS = 5;

export function registry() {
  const { NPM_CONFIG_USERCONFIG: file, npm_config_registry: named } = process.env;
  const configured = file && existsSync(file) ? /^registry\s*=\s*(\S+)/m.exec(readFileSync(file, 'utf8'))?.[1] : '';
  return (named || configured || 'https://registry.npmjs.org').replace(/\/+$/, '');
}

// What is at an address, within so many milliseconds.
export async function get(url, timeout) {
  const signal = AbortSignal.timeout(timeout);
  for (let redirects = 0; redirects <= MOST_REDIRECTS; redirects++) {
    const [answer] = await once(await asked(new URL(url), signal), 'response', { signal });
    const { statusCode: status, headers } = answer;
    if (status === 200) return Buffer.concat(await answer.toArray());
    answer.resume();
    if (status < 300 || status > 399 || !headers.location) throw new Error(`the registry answers ${status}`);
    url = new URL(headers.location, url).href;
  }
  throw new Error('the registry redirects without end');
}

async function asked(url, signal) {
  const plain = url.protocol === 'http:';
  const named = process.env[plain ? 'http_proxy' : 'https_proxy'];
  if (!named) return (plain ? http : https).get(url, { signal });
  const proxy = new URL(named);
  const through = { host: proxy.hostname, port: proxy.port || 80, signal, headers: { host: url.host } };
  if (proxy.username) {
    const word = decodeURIComponent(`${proxy.username}:${proxy.password}`);
    through.headers['proxy-authorization'] = `Basic ${Buffer.from(word).toString('base64')}`;
  }
  if (plain) return http.get({ ...through, path: url.href });
  const path = `${url.hostname}:${url.port || 443}`;
  const [answer, socket] = await once(http.request({ ...through, method: 'CONNECT', path }).end(), 'connect', { signal });
  if (answer.statusCode !== 200) throw new Error(`the proxy answers ${answer.statusCode}`);
  return https.get(url, { socket, agent: false, signal });
}
