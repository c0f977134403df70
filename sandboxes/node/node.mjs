// Fetches another Node.js from npm's registry, for bases that bring one which is too old or not the one asked for.
//
//     node node.mjs VERSION FOLDER
//
// puts the newest Node.js whose number begins with VERSION into FOLDER. Exit status 3 when it cannot be had.

import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { get, registry } from './registry.mjs';

const TIMEOUT = 120_000;
const [wanted, folder] = process.argv.slice(2);
const parts = (version) => version.split('.').map(Number);
const newest = (a, b) => parts(b).reduce((found, part, n) => found || part - parts(a)[n], 0);

try {
  const name = `node-linux-${process.arch}`;
  const { versions } = JSON.parse(await get(`${registry()}/${name}`, TIMEOUT));
  const fitting = Object.keys(versions).filter((version) => /^[\d.]+$/.test(version) && `${version}.`.startsWith(`${wanted}.`));
  const [version] = fitting.sort(newest);
  if (version === undefined) throw new Error(`there is no ${wanted}`);
  const archive = await get(`${registry()}/${name}/-/${name}-${version}.tgz`, TIMEOUT);
  const hash = `sha512-${createHash('sha512').update(archive).digest('base64')}`;
  if (hash !== versions[version].dist.integrity) throw new Error('the hash is not the expected one');
  mkdirSync(folder, { recursive: true });
  writeFileSync(`${folder}/node.tgz`, archive);
  execFileSync('tar', ['-xzf', `${folder}/node.tgz`, '-C', folder, '--strip-components=2', 'package/bin/node']);
} catch (error) {
  console.error(`Node.js ${wanted} cannot be fetched: ${error.message}`);
  process.exit(3);
}
