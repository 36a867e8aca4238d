package ray.benchmarks;

import java.util.List;
import ray.Ray;

/**
 * The cases of Ray's client microbenchmark (its {@code ray_client_microbenchmark.py}), by the same
 * names and in the same order. Ray's client speaks a protocol of its own with a server beside the
 * node; here it is a program that uses nothing of the node but its port, as on another machine.
 * Goals are twenty times what Ray 2.60 reached on the machine that this was designed on.
 */
final class ClientCases {
  static final String PUT_GIGABYTES = "client: put gigabytes";

  private static final double BATCH = 1_000;
  private static final int CONCURRENT_CALLS = 16;

  private ClientCases() {}

  static List<Case> all() {
    return List.of(
        client("get calls", 1, new Goal.PerSecond(10_316), ray -> RayCases.getCalls()),
        client("put calls", 1, new Goal.PerSecond(6_985), ray -> RayCases.putCalls()),
        client(
            "put gigabytes",
            RayCases.LARGE_GIGABYTES,
            new Goal.None(),
            ray -> RayCases.putGigabytes()),
        client(
            "tasks and put batch",
            BATCH,
            new Goal.PerSecond(24_194),
            ray -> RayCases.putTasks(Ray.remote(Functions::putSmall)::remote)),
        client("1:1 actor calls sync", 1, new Goal.PerSecond(4_547), ray -> RayCases.actorSync()),
        client(
            "1:1 actor calls async",
            BATCH,
            new Goal.PerSecond(12_142),
            ray -> RayCases.actorAsync(1)),
        client(
            "1:1 actor calls concurrent",
            BATCH,
            new Goal.PerSecond(10_603),
            ray -> RayCases.actorAsync(CONCURRENT_CALLS)),
        client(
            "tasks and get batch", 1, new Goal.PerSecond(9), ray -> RayCases.tasksAndGetBatch()));
  }

  private static Case client(String name, double factor, Goal goal, Case.Preparation work) {
    return new Case.OverTcp(new Case.Repeated("client: " + name, factor, goal, work));
  }
}
