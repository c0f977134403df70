// Puts the manifests of a project, and of the workspaces that it names, where their packages are installed.
//
//     node workspaces.mjs BUILD TARGET [as-written]
//
// copies each package.json from BUILD to TARGET in a form that npm understands (pnpm and Yarn write `workspace:` for
// a version), unless it is to stay as it is written for those, and without scripts, since the files that these would
// run are not there. Writes TARGET/share/devagent/folders,
// a folder per line, and prints how many packages are asked for.

import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

const [build, target, form] = process.argv.slice(2);
const KINDS = ['dependencies', 'devDependencies', 'optionalDependencies', 'peerDependencies'];

function* manifests(folder) {
  if (existsSync(join(folder, 'package.json'))) yield relative(build, folder) || '.';
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (entry.isDirectory() && !entry.name.startsWith('.')) yield* manifests(join(folder, entry.name));
  }
}

// Only npm's own ways of naming a version are kept.
function version(wanted) {
  if (typeof wanted !== 'string' || /^(catalog:|workspace:[*^~]?$)/.test(wanted)) return '*';
  return wanted.replace(/^workspace:/, '');
}

function pnpmPatterns() {
  const file = join(build, 'pnpm-workspace.yaml');
  const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
  const list = /^packages:[^\S\n]*\n((?:[^\S\n]*(?:-.*|#.*)?\n?)*)/m.exec(text)?.[1] ?? '';
  return [...list.matchAll(/^\s*-\s*["']?([^"'#\n]+?)["']?\s*(?:#.*)?$/gm)].map((found) => found[1]);
}

function adjusted(folder) {
  const manifest = JSON.parse(readFileSync(join(build, folder, 'package.json'), 'utf8').replace(/^\ufeff/, ''));
  delete manifest.scripts;
  delete manifest.packageManager; // another version of it stands for it
  if (form === 'as-written') return manifest;
  for (const kind of KINDS) {
    const wanted = Object.entries(manifest[kind] ?? {}).filter(([, value]) => !/^(link|portal|patch):/.test(value));
    if (manifest[kind]) manifest[kind] = Object.fromEntries(wanted.map(([name, value]) => [name, version(value)]));
  }
  if (folder === '.' && !manifest.workspaces && pnpmPatterns().length) manifest.workspaces = pnpmPatterns();
  return manifest;
}

const folders = [...manifests(build)];
let wanted = 0;
for (const folder of folders) {
  const manifest = adjusted(folder);
  wanted += KINDS.reduce((sum, kind) => sum + Object.keys(manifest[kind] ?? {}).length, 0);
  const file = join(target, folder, 'package.json');
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, JSON.stringify(manifest, null, 2));
}
mkdirSync(join(target, 'share/devagent'), { recursive: true });
writeFileSync(join(target, 'share/devagent/folders'), folders.map((folder) => `${folder}\n`).join(''));
console.log(wanted);
