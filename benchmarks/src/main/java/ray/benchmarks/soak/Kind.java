package ray.benchmarks.soak;

import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.stream.Stream;

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
  KEEPERS(ActorPrograms::keepers),
  EXITS(DeathPrograms::exits, true),
  ISOLATED(DeathPrograms::isolated, true),
  OVERFLOWS(DeathPrograms::overflows, true),
  EXHAUSTS(DeathPrograms::exhausts, true);

  /** One program in so many does its process harm: some in each minute, on a slow machine too. */
  private static final int RARELY = 40;

  private static final List<Kind> COMMON = Stream.of(values()).filter(kind -> !kind.rare).toList();
  private static final List<Kind> RARE = Stream.of(values()).filter(kind -> kind.rare).toList();

  private final Program program;
  private final boolean rare;

  /** Runs, and checks what comes out against a serial evaluation. */
  @FunctionalInterface
  interface Program {
    void run(Trial trial) throws Exception;
  }

  Kind(Program program) {
    this(program, false);
  }

  Kind(Program program, boolean rare) {
    this.program = program;
    this.rare = rare;
  }

  /** Any of them, or any that does its process no harm. */
  static Kind any(SplittableRandom random, boolean harmless) {
    List<Kind> kinds = random.nextInt(RARELY) == 0 && !harmless ? RARE : COMMON;
    return kinds.get(random.nextInt(kinds.size()));
  }

  void run(Trial trial) throws Exception {
    program.run(trial);
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }
}
