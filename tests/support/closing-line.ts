import type { Reporter, TestModule } from 'vitest/node';

/**
 * Ends a run with `N passed, N failed, N skipped`, and names every skipped test with its reason, so that nothing is
 * left out unseen. With LOADCELL_NO_SKIPS set (CI as root), a skip fails the run.
 */
export default class ClosingLine implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const counts = { passed: 0, failed: 0, skipped: 0 };
    const left: string[] = [];
    for (const module of modules) {
      if (!module.ok() && [...module.children.allTests()].length === 0) counts.failed += 1;
      for (const test of module.children.allTests()) {
        const { state } = test.result();
        if (state === 'passed') counts.passed += 1;
        else if (state === 'failed') counts.failed += 1;
        else {
          counts.skipped += 1;
          const result = test.result();
          const note = 'note' in result && result.note !== undefined ? ` (${result.note})` : '';
          left.push(`  skipped: ${module.relativeModuleId} > ${test.fullName}${note}`);
        }
      }
    }
    for (const line of left) console.log(line);
    if (counts.skipped > 0 && process.env.LOADCELL_NO_SKIPS !== undefined) {
      console.log('skipped tests fail this run (LOADCELL_NO_SKIPS is set)');
      process.exitCode = 1;
    }
    console.log(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
  }
}
