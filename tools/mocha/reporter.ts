import mocha from "mocha";

/** Mocha's own reporter, closed by the one line a pipeline reads: `N passed, N failed, N skipped`. */
class ClosingLine extends mocha.reporters.Spec {
  override done(failures: number, finish?: (failures: number) => void): void {
    const { passes, failures: failed, pending } = this.stats;
    process.stdout.write(`${passes} passed, ${failed} failed, ${pending} skipped\n`);
    finish?.(failures);
  }
}

export = ClosingLine;
