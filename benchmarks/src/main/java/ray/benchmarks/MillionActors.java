package ray.benchmarks;

import java.util.ArrayList;
import java.util.List;
import ray.ActorRef;
import ray.Ray;
import ray.RayInstance;

/**
 * A million actors that have nothing to do, in a heap of 2 GiB: what they need, and how long it
 * takes to make them all and to call each once.
 */
final class MillionActors {
  private static final int ACTORS = 1_000_000;
  private static final int HEAP_MIB = 2048;

  private MillionActors() {}

  static Result measure(String name, Timing timing) throws Exception {
    String[] words = ChildJvm.withHeap(HEAP_MIB, MillionActors.class, ACTORS).run().split(" ");
    return Population.parse(words).result(name, ACTORS, "actor");
  }

  /** In a JVM of its own. */
  public static void main(String[] arguments) {
    int count = Integer.parseInt(arguments[0]);
    try (RayInstance ray = Ray.init()) {
      long startBytes = Population.liveHeapBytes();
      var plain = Ray.actor(Servers.Plain::new).on(ray);
      long startNs = System.nanoTime();
      List<ActorRef<Servers.Plain>> actors = new ArrayList<>(count);
      for (int i = 0; i < count; i++) {
        actors.add(plain.remote());
      }
      for (ActorRef<Servers.Plain> actor : actors) {
        actor.ready().get();
      }
      long createNs = System.nanoTime() - startNs;
      long liveBytes = Population.liveHeapBytes() - startBytes;
      long callsNs = System.nanoTime();
      for (ActorRef<Servers.Plain> actor : actors) {
        if (!actor.call(Servers.Plain::smallValue).get().equals(Functions.OK)) {
          throw new IllegalStateException("an actor returned something else");
        }
      }
      callsNs = System.nanoTime() - callsNs;
      System.out.println(new Population(createNs, callsNs, liveBytes).line());
    }
  }
}
