// Fetches npm for machines that have Node.js without it, where the distribution's package would bring hundreds more.
//
//     node npm.mjs FOLDER
//
// unpacks npm into FOLDER/package. The version and its hash are fixed; the registry is the one that npm is configured
// for. Exit status 3 when it cannot be had.

import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { get, registry } from './registry.mjs';

const VERSION = '10.9.2';
const SHA512 = 'iriPEPIkoMYUy3F6f3wwSZAU93E0Eg6cHwIR6jzzOXWSy+SD/rOODEs74cVONHKSx2obXtuUoyidVEhISrisgQ==';
const TIMEOUT = 60_000;

const folder = process.argv[2];
try {
  const archive = await get(`${registry()}/npm/-/npm-${VERSION}.tgz`, TIMEOUT);
  if (createHash('sha512').update(archive).digest('base64') !== SHA512) throw new Error('the hash is not the expected one');
  mkdirSync(folder, { recursive: true });
  writeFileSync(`${folder}/npm.tgz`, archive);
  execFileSync('tar', ['-xzf', `${folder}/npm.tgz`, '-C', folder]);
} catch (error) {
  console.error(`npm cannot be fetched: ${error.message}`);
  process.exit(3);
}
