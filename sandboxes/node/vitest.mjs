// A reporter for Vitest by which devagent sees a run; see report.cjs. The older interface is used: all versions since
// 0.30 have it or tell the same by `onTestRunEnd`.

import { fileURLToPath } from 'node:url';
import shared from './report.cjs';

const { Report, beat, missingPackage, progress, told } = shared;

export default class {
  report = new Report();
  written = false;

  // No word of the command line names the runner inside of the workers.
  onInit(vitest) {
    if (!process.env.DEVAGENT_COVERAGE) return;
    const runner = fileURLToPath(new URL('./vitest_coverage.mjs', import.meta.url));
    for (const { config } of [vitest, ...(vitest.projects ?? [])]) config.runner = runner;
  }

  onCollected(files = []) {
    for (const file of files) progress('>', file.filepath);
  }

  // Its tests are told of in batches: what is under way cannot be known, but that something is.
  onTaskUpdate() {
    beat();
  }

  onTestModuleStart(module) {
    progress('>', module.moduleId);
  }

  onTestModuleEnd(module) {
    progress('<', module.moduleId);
  }

  onFinished(files = [], errors = []) {
    this.finish(files, errors);
  }

  onTestRunEnd(modules = [], errors = []) {
    this.finish(modules.map((module) => module.task), errors);
  }

  finish(files, errors) {
    if (this.written) return;
    this.written = true;
    for (const file of files) this.file(file);
    // Errors that belong to no test fail the run all the same.
    for (const error of errors) this.report.add({ file: '', names: ['unhandled error'], status: 'error', ...told(error) });
    this.report.write();
  }

  file(file) {
    const before = this.report.cases.length;
    for (const task of file.tasks) this.task(file.filepath, task, []);
    const broken = file.result?.errors?.length && (this.report.cases.length === before || file.result.state === 'fail');
    const known = this.report.cases.slice(before).some((one) => one.status === 'failed' || one.status === 'error');
    if (broken && !known) this.add(file.filepath, [], 'error', file.result);
  }

  task(path, task, around) {
    const names = [...around, task.name];
    if (task.type !== 'suite') {
      const state = task.result?.state;
      const status = state === 'pass' ? 'passed' : state === 'fail' ? 'failed' : 'skipped';
      this.add(path, names, status, task.result);
      return;
    }
    for (const child of task.tasks) this.task(path, child, names);
    // A hook that failed: the suite has an error, its tests did not run.
    if (task.result?.errors?.length) this.add(path, names, 'error', task.result);
  }

  add(file, names, status, result) {
    const error = result?.errors?.[0];
    const shown = error && status !== 'passed' ? told(error) : {};
    const missing = shown.message ? missingPackage(shown.message) : '';
    this.report.add({ file, names, status, seconds: (result?.duration ?? 0) / 1000, ...shown, missing });
  }
}
