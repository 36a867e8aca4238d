package ray.benchmarks.soak;

import java.util.Locale;

/** The kinds of programs. */
enum Kind {
  BURSTS(TaskPrograms::bursts),
  NESTED(TaskPrograms::nested),
  REFS_IN_VALUES(TaskPrograms::refsInValues),
  RETURNED_REFS(TaskPrograms::returnedRefs),
  ALIASES(TaskPrograms::aliases),
  PUTS(TaskPrograms::puts),
  GENERATORS(TaskPrograms::generators),
  WAITS(FaultPrograms::waits),
  CANCELS(FaultPrograms::cancels),
  FAILURES(FaultPrograms::failures),
  RETRIES(FaultPrograms::retries),
  ACTORS(ActorPrograms::accounts),
  KEEPERS(ActorPrograms::keepers);

  private final Program program;

  /** Runs, and checks what comes out against a serial evaluation. */
  @FunctionalInterface
  interface Program {
    void run(Trial trial) throws Exception;
  }

  Kind(Program program) {
    this.program = program;
  }

  void run(Trial trial) throws Exception {
    program.run(trial);
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }
}
