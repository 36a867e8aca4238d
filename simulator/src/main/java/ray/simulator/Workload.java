package ray.simulator;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * A family of runs: which programs, on which clusters, under which faults.
 *
 * @param name by which it is asked for
 * @param text what it is, in a line
 * @param features what its programs may do
 * @param faults what may go wrong
 */
public record Workload(String name, String text, Features features, Set<FaultKind> faults) {
  private static final Set<FaultKind> HARMLESS =
      EnumSet.of(
          FaultKind.BREAK,
          FaultKind.PAUSE,
          FaultKind.SLOW_NODE,
          FaultKind.SKEWED_CLOCKS,
          FaultKind.NODE_BIRTH,
          FaultKind.WORKER_BIRTH,
          FaultKind.RESTART);

  private static final List<Workload> ALL =
      List.of(
          new Workload(
              "everything",
              "all that programs do, all that goes wrong but short memory and force",
              Features.ALL,
              all()),
          new Workload(
              "calm",
              "all that programs do, and nothing that could change a result",
              Features.ALL,
              HARMLESS),
          new Workload(
              "deaths",
              "processes and nodes die and come",
              Features.ALL,
              with(
                  FaultKind.WORKER_DEATH,
                  FaultKind.NODE_DEATH,
                  FaultKind.DRIVER_DEATH,
                  FaultKind.CLOSE,
                  FaultKind.FENCED)),
          new Workload(
              "workers",
              "workers die, are ended for want of memory, and come, nothing else does",
              Features.ALL,
              with(FaultKind.WORKER_DEATH, FaultKind.MEMORY_KILL)),
          new Workload(
              "cancels",
              "tasks are cancelled and take too long, actors are killed, jobs end, there is no room"
                  + " or no worker",
              Features.ALL,
              with(
                  FaultKind.CANCEL,
                  FaultKind.TIMEOUT,
                  FaultKind.KILL,
                  FaultKind.CLOSE,
                  FaultKind.STORE_FAILURE,
                  FaultKind.FULL_STORE,
                  FaultKind.NO_WORKER)),
          new Workload(
              "force",
              "tasks are cancelled by force, or take too long, and workers die, nothing else does",
              Features.ALL,
              with(FaultKind.FORCE, FaultKind.TIMEOUT, FaultKind.WORKER_DEATH)));

  /** Whose worker its node ends is a matter of workers alone, which have workloads. */
  private static Set<FaultKind> all() {
    return EnumSet.complementOf(EnumSet.of(FaultKind.MEMORY_KILL, FaultKind.FORCE));
  }

  private static Set<FaultKind> with(FaultKind... more) {
    Set<FaultKind> faults = EnumSet.copyOf(HARMLESS);
    faults.addAll(List.of(more));
    return faults;
  }

  /** Those that there are. */
  public static List<Workload> list() {
    return ALL;
  }

  /** One of them by its name, or null. */
  public static @org.jspecify.annotations.Nullable Workload find(String name) {
    return ALL.stream().filter(each -> each.name().equals(name)).findFirst().orElse(null);
  }
}
