// A reporter for node's test runner: one JSON line per test with the id by which devagent knows it.
// Environment: DEVAGENT_TEST_FILE, the file that runs, relative to the workspace.

const file = process.env.DEVAGENT_TEST_FILE;

export default async function* names(source) {
  const open = [];
  const seen = new Map();
  for await (const { type, data } of source) {
    if (type === 'test:start') {
      open.length = data.nesting;
      open[data.nesting] = data.name;
    } else if (type === 'test:pass' || type === 'test:fail') {
      const id = `${file}::${[...open.slice(0, data.nesting), data.name].join(' > ')}`;
      const count = (seen.get(id) ?? 0) + 1;
      seen.set(id, count);
      const skipped = data.skip !== undefined && data.skip !== false;
      yield `${JSON.stringify({ id: count === 1 ? id : `${id} #${count}`, good: type === 'test:pass' && !skipped })}\n`;
    }
  }
}
