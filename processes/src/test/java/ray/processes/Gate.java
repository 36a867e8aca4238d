package ray.processes;

import static ray.processes.Waiting.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import ray.ActorRef;
import ray.Ray;
import ray.RayInstance;

/** Where tasks are held until their test lets them go: an actor that knows who has come. */
final class Gate {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final List<String> inside = new ArrayList<>();
  private boolean open;

  /** Another gate, which is shut. */
  static ActorRef<Gate> of(RayInstance ray) {
    return Ray.actor(Gate::new).on(ray).remote();
  }

  /** Returns how many have come until now, with this one. */
  int enter(String who) {
    inside.add(who);
    return inside.size();
  }

  List<String> inside() {
    return List.copyOf(inside);
  }

  boolean isOpen() {
    return open;
  }

  boolean open() {
    open = true;
    return true;
  }

  /** In a task: comes to the gate and waits until it is open. */
  static void pass(ActorRef<Gate> gate, String who) {
    gate.call(Gate::enter, who).get(PATIENCE);
    await("the gate is open", () -> gate.call(Gate::isOpen).get(PATIENCE));
  }

  /** Waits until so many have come. */
  static void awaitCount(ActorRef<Gate> gate, int count) {
    await(count + " at the gate", () -> gate.call(Gate::inside).get(PATIENCE).size() >= count);
  }
}
