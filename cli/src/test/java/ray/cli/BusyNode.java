package ray.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import ray.ActorRef;
import ray.ObjectRef;
import ray.Ray;
import ray.RayInstance;
import ray.RayOptions;
import ray.processes.LocalNode;

/**
 * A node with a program, whose task runs in a worker until {@link #open}, and an actor beside it.
 */
final class BusyNode implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  static final int LARGE = 1 << 20;

  private final LocalNode node = LocalNode.start(RayOptions.defaults().cpus(1));
  private final RayInstance ray =
      Ray.start(RayOptions.defaults().address(node.address()).recordCreationSites().quiet());
  private final Path gate;
  private final ObjectRef<Long> running;
  private final ObjectRef<byte[]> large;
  private final ActorRef<Keeper> keeper;
  private final long worker;

  /** An actor. */
  static final class Keeper {
    long pid() {
      System.out.println("the keeper was asked for its pid");
      return ProcessHandle.current().pid();
    }
  }

  BusyNode(Path folder) throws Exception {
    this.gate = folder.resolve("gate");
    this.keeper = ray.call(() -> Ray.actor(Keeper::new).name("keeper").remote());
    this.worker = ray.call(() -> keeper.call(Keeper::pid).get(PATIENCE));
    this.large = ray.call(() -> Ray.put(new byte[LARGE]));
    this.running = ray.call(() -> Ray.remote(BusyNode::waits).remote(gate.toString()));
    long deadlineNs = System.nanoTime() + PATIENCE.toNanos();
    while (!Files.exists(Path.of(gate + ".reached"))) {
      assertThat(System.nanoTime() - deadlineNs).as("the task runs, in time").isNegative();
      LockSupport.parkNanos(1_000_000);
    }
  }

  static long waits(String gate) throws IOException {
    Files.writeString(Path.of(gate + ".reached"), "");
    while (!Files.exists(Path.of(gate))) {
      LockSupport.parkNanos(1_000_000);
    }
    return ProcessHandle.current().pid();
  }

  /** Lets the task end. */
  void open() throws Exception {
    Files.createFile(gate);
    assertThat(ray.call(() -> running.get(PATIENCE))).isEqualTo(worker);
  }

  /** Runs a command that looks into this node. */
  Outcome look(String... words) {
    String[] all = java.util.Arrays.copyOf(words, words.length + 2);
    all[words.length] = "--address";
    all[words.length + 1] = node.address();
    return Outcome.of(all);
  }

  String address() {
    return node.address();
  }

  Path logs() {
    return node.logs();
  }

  /** The process where the task and the actor are. */
  long worker() {
    return worker;
  }

  ObjectRef<Long> running() {
    return running;
  }

  ObjectRef<byte[]> large() {
    return large;
  }

  /** Lets the actor print its line again. */
  void print() throws Exception {
    ray.call(() -> keeper.call(Keeper::pid).get(PATIENCE));
  }

  @Override
  public void close() {
    ray.close();
    node.close();
  }
}
