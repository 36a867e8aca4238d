package ray.processes;

import static org.assertj.core.api.Assertions.assertThat;
import static ray.processes.Waiting.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import ray.ActorInfo;
import ray.ActorRef;
import ray.ObjectInfo.Holder;
import ray.ObjectRef;
import ray.Ray;
import ray.RayInstance;
import ray.RayOptions;
import ray.TaskInfo;

/** What those see who look into a node without taking part: what all its processes know. */
@Timeout(120)
class LookingIntoNodeTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final int MANY = 100;
  private static final int LARGE = 1 << 20;

  private final LocalNode node = LocalNode.start(RayOptions.defaults().cpus(1));

  @TempDir private Path folder = Path.of("");

  @AfterEach
  void close() {
    node.close();
  }

  private void connected(Callable<?> program) throws Exception {
    RayOptions options =
        RayOptions.defaults().address(node.address()).recordCreationSites().quiet();
    try (RayInstance ray = Ray.start(options)) {
      ray.call(program);
    }
  }

  private interface Look<T> {
    T at(NodeClient client) throws IOException;
  }

  private <T> T look(Look<T> look) throws IOException {
    try (NodeClient client = NodeClient.connect(node.address())) {
      return look.at(client);
    }
  }

  /** Says that it runs by making a file, and waits for another. */
  static long waits(String gate) throws IOException {
    Files.writeString(Path.of(gate + ".reached"), "");
    while (!Files.exists(Path.of(gate))) {
      LockSupport.parkNanos(1_000_000);
    }
    return ProcessHandle.current().pid();
  }

  private String gate() {
    return folder.resolve("gate").toString();
  }

  private ObjectRef<Long> running() {
    ObjectRef<Long> ref = Ray.remote(LookingIntoNodeTest::waits).remote(gate());
    await("the task runs", () -> Files.exists(Path.of(gate() + ".reached")));
    return ref;
  }

  private void open() throws IOException {
    Files.createFile(Path.of(gate()));
  }

  static long next(long x) {
    return x + 1;
  }

  static int fails() {
    throw new IllegalStateException("no luck");
  }

  private static SeenTask find(Found<SeenTask> tasks, ObjectRef<?> ref) {
    return tasks.entries().stream()
        .filter(task -> task.info().id().equals(ref.id()))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void tasksAreListedWithWhereTheyRunAndWhatTheyWaitFor() throws Exception {
    connected(() -> {
      ObjectRef<Integer> failed = Ray.remote(LookingIntoNodeTest::fails).retries(0).remote();
      Ray.wait(List.of(failed), 1, PATIENCE);
      ObjectRef<Long> running = running();
      ObjectRef<Long> queued = Ray.remote(LookingIntoNodeTest::next).remote(1L);
      ObjectRef<Long> waiting = Ray.remote(LookingIntoNodeTest::next).remote(running);

      Found<SeenTask> tasks = look(client -> client.tasks(MANY));
      Found<SeenTask> first = look(client -> client.tasks(1));
      open();
      long worker = running.get(PATIENCE);

      assertThat(tasks.notes()).isEmpty();
      assertThat(tasks.total()).isEqualTo(4);
      assertThat(tasks.entries().stream().map(task -> task.info().id()))
          .containsExactly(running.id(), queued.id(), waiting.id(), failed.id());
      assertThat(find(tasks, running).info().state()).isEqualTo(TaskInfo.State.RUNNING);
      assertThat(find(tasks, running).worker().map(Member::pid)).hasValue(worker);
      assertThat(find(tasks, running).owner().pid()).isEqualTo(ProcessHandle.current().pid());
      assertThat(find(tasks, queued).info().state()).isEqualTo(TaskInfo.State.QUEUED);
      assertThat(find(tasks, queued).info().waitingFor()).contains("CPU: 1");
      assertThat(find(tasks, queued).worker()).isEmpty();
      assertThat(find(tasks, waiting).info().waitingFor()).isEqualTo("1 argument");
      assertThat(find(tasks, failed).info().error())
          .hasValueSatisfying(error -> assertThat(error).contains("no luck"));
      assertThat(first.entries())
          .singleElement()
          .satisfies(task -> assertThat(task.info().id()).isEqualTo(running.id()));
      assertThat(first.total()).isEqualTo(4);
      return true;
    });
  }

  static final class Keeper {
    private final List<ObjectRef<?>> kept = new ArrayList<>();

    int keep(List<ObjectRef<byte[]>> refs) {
      kept.addAll(refs);
      return kept.size();
    }

    long pid() {
      return ProcessHandle.current().pid();
    }
  }

  @Test
  void actorsAreListedWithTheirWorker() throws Exception {
    connected(() -> {
      ActorRef<Keeper> keeper = Ray.actor(Keeper::new).name("keeper").remote();
      long worker = keeper.call(Keeper::pid).get(PATIENCE);

      List<SeenActor> actors = look(NodeClient::seenActors);

      assertThat(actors)
          .singleElement()
          .satisfies(actor -> {
            assertThat(actor.info().name()).isEqualTo("keeper");
            assertThat(actor.info().state()).isEqualTo(ActorInfo.State.ALIVE);
            assertThat(actor.worker().map(Member::pid)).hasValue(worker);
          });
      assertThat(look(NodeClient::workers).entries())
          .filteredOn(each -> each.member().pid() == worker)
          .singleElement()
          .satisfies(each ->
              assertThat(each.actors().stream().map(SeenWorker.Part::name))
                  .containsExactly("keeper"));
      return true;
    });
  }

  @Test
  void objectsAreListedWithAllWhoHoldThem() throws Exception {
    connected(() -> {
      ActorRef<Keeper> keeper = Ray.actor(Keeper::new).remote();
      ObjectRef<byte[]> large = Ray.put(new byte[LARGE]);
      long worker = keeper.call(Keeper::pid).get(PATIENCE);
      keeper.call(Keeper::keep, List.of(large)).get(PATIENCE);

      Found<SeenObject> objects = look(client -> client.objects(MANY));
      StoreContent store = look(client -> client.store(MANY));

      List<SeenObject> found =
          objects.entries().stream().filter(each -> each.info().id().equals(large.id())).toList();
      assertThat(found).hasSize(2);
      SeenObject owned = found.stream().filter(SeenObject::owned).findFirst().orElseThrow();
      SeenObject borrowed = found.stream().filter(each -> !each.owned()).findFirst().orElseThrow();
      assertThat(objects.entries().getFirst().info().id()).isEqualTo(large.id());
      assertThat(owned.holder().isDriver()).isTrue();
      assertThat(owned.info().holders())
          .isEqualTo(Map.of(Holder.LOCAL_HANDLE, 1, Holder.BORROWER, 1));
      assertThat(owned.info().borrowers())
          .containsOnlyKeys(Long.toHexString(borrowed.holder().process()));
      assertThat(owned.info().creationSite())
          .hasValueSatisfying(site -> assertThat(site).contains("LookingIntoNodeTest.java"));
      assertThat(borrowed.holder().pid()).isEqualTo(worker);
      assertThat(borrowed.info().holders()).isEqualTo(Map.of(Holder.LOCAL_HANDLE, 1));
      assertThat(store.usedBytes()).isGreaterThanOrEqualTo(LARGE);
      assertThat(store.objects())
          .singleElement()
          .satisfies(stored -> {
            assertThat(stored.key()).isEqualTo(owned.storeKey());
            assertThat(stored.state()).isEqualTo(StoreContent.State.SEALED);
            assertThat(stored.owners()).containsExactly(owned.holder().process());
          });
      return true;
    });
  }

  private SeenWorker worker(long pid) throws IOException {
    return look(NodeClient::workers).entries().stream()
        .filter(each -> each.member().pid() == pid)
        .findFirst()
        .orElseThrow();
  }

  @Test
  void workersAreBusyOrIdleAndTakeMemory() throws Exception {
    connected(() -> {
      ObjectRef<Long> running = running();
      List<SeenWorker> workers = look(NodeClient::workers).entries();
      open();
      long pid = running.get(PATIENCE);

      assertThat(workers.stream().map(SeenWorker::state))
          .containsExactlyInAnyOrder(SeenWorker.State.PROGRAM, SeenWorker.State.BUSY);
      SeenWorker busy =
          workers.stream().filter(each -> each.member().pid() == pid).findFirst().orElseThrow();
      assertThat(busy.tasks().stream().map(SeenWorker.Part::id)).containsExactly(running.id());
      assertThat(busy.heapUsedBytes()).isPositive();
      assertThat(busy.memory().ownBytes()).isPositive();
      assertThat(worker(pid).state()).isEqualTo(SeenWorker.State.IDLE);
      return true;
    });
  }

  private static void signal(String signal, long pid) throws Exception {
    Process kill = new ProcessBuilder("kill", "-" + signal, Long.toString(pid)).start();
    assertThat(kill.waitFor()).isZero();
  }

  @Test
  void whoDoesNotAnswerIsNamedAndTheOthersAreListed() throws Exception {
    connected(() -> {
      ObjectRef<Long> running = running();
      long pid =
          look(NodeClient::members).stream()
              .filter(member -> !member.isDriver())
              .findFirst()
              .orElseThrow()
              .pid();
      signal("STOP", pid);
      try {
        Found<SeenTask> tasks = look(client -> client.tasks(MANY));
        assertThat(find(tasks, running).info().state()).isEqualTo(TaskInfo.State.RUNNING);
        assertThat(find(tasks, running).worker()).isEmpty();
        assertThat(tasks.notes())
            .singleElement()
            .satisfies(note -> assertThat(note).startsWith("worker " + pid + " of job "));
        assertThat(worker(pid).state()).isEqualTo(SeenWorker.State.SILENT);
      } finally {
        signal("CONT", pid);
      }
      open();
      assertThat(running.get(PATIENCE)).isEqualTo(pid);
      assertThat(look(client -> client.tasks(MANY)).notes()).isEmpty();
      return true;
    });
  }

  @Test
  void aNodeSaysWhatItIs() throws Exception {
    NodeReport report = look(NodeClient::about);

    assertThat(report.address()).isEqualTo(node.address());
    assertThat(report.pid()).isEqualTo(ProcessHandle.current().pid());
    assertThat(report.version()).isEqualTo(RayVersion.read()).matches("\\d+\\.\\d+\\.\\d+.*");
    assertThat(report.javaVersion()).isEqualTo(Runtime.version().toString());
    assertThat(report.memory().ownBytes()).isPositive();
    Found<SeenTask> tasks = look(client -> client.tasks(MANY));
    assertThat(tasks).isEqualTo(new Found<SeenTask>(List.of(), 0, List.of()));
    assertThat(look(NodeClient::members)).isEmpty();
    assertThat(look(client -> client.store(MANY)).objects()).isEmpty();
  }
}
