package ray.core.store;

import org.jspecify.annotations.Nullable;

/**
 * All that one process keeps one object by. A claim is in two lists, the object's and the
 * process's, and exists while there is anything in it.
 */
final class Claim {
  final Entry entry;
  final Process process;

  boolean pins;
  boolean writes;
  int readers;

  @Nullable Claim nextOfEntry;
  @Nullable Claim previousOfProcess;
  @Nullable Claim nextOfProcess;

  Claim(Entry entry, Process process) {
    this.entry = entry;
    this.process = process;
    nextOfEntry = entry.firstClaim;
    entry.firstClaim = this;
    nextOfProcess = process.firstClaim;
    if (nextOfProcess != null) {
      nextOfProcess.previousOfProcess = this;
    }
    process.firstClaim = this;
  }

  boolean isEmpty() {
    return !pins && !writes && readers == 0;
  }

  void unlink() {
    entry.unlink(this);
    if (previousOfProcess == null) {
      process.firstClaim = nextOfProcess;
    } else {
      previousOfProcess.nextOfProcess = nextOfProcess;
    }
    if (nextOfProcess != null) {
      nextOfProcess.previousOfProcess = previousOfProcess;
    }
  }

  /** A process that has, or had, claims. */
  static final class Process {
    final long id;
    @Nullable Claim firstClaim;

    Process(long id) {
      this.id = id;
    }
  }
}
