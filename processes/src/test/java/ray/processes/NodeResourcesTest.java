package ray.processes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import ray.ActorRef;
import ray.ObjectRef;
import ray.OutOfResourcesException;
import ray.Ray;
import ray.RayInstance;
import ray.RayOptions;
import ray.Resources;

/** GPUs, memory and a program's own resources, with fractions, on a node with real workers. */
@Timeout(120)
class NodeResourcesTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /** Not made with the class, which workers load, too. */
  private static LocalNode node;

  private static RayInstance ray;

  @BeforeAll
  static void start() {
    node =
        LocalNode.start(
            RayOptions.defaults()
                .cpus(4)
                .gpus(2)
                .memory(1L << 30)
                .resource("tickets", 1)
                .objectStore(32L << 20),
            new WorkerPolicy(0, Duration.ofMinutes(1), LogLimits.DEFAULT));
    ray = Ray.start(RayOptions.defaults().address(node.address()).quiet());
  }

  @AfterAll
  static void close() {
    ray.close();
    node.close();
  }

  /** What a run sees of GPUs. */
  record Seen(List<Integer> ids, String cuda, String hip, long pid) {}

  static Seen see() {
    return new Seen(
        Ray.context().gpuIds(),
        Objects.requireNonNullElse(System.getenv("CUDA_VISIBLE_DEVICES"), "unset"),
        Objects.requireNonNullElse(System.getenv("HIP_VISIBLE_DEVICES"), "unset"),
        ProcessHandle.current().pid());
  }

  static Seen seeAndStay(ActorRef<Gate> gate) {
    Seen seen = see();
    Gate.pass(gate, seen.cuda());
    return seen;
  }

  static final class Model {
    Seen see() {
      return NodeResourcesTest.see();
    }
  }

  @Test
  void aRunSeesTheGpusOfItsLeaseAndNoOthers() {
    ActorRef<Gate> gate = Gate.of(ray);
    var one = Ray.remote(NodeResourcesTest::seeAndStay).on(ray).cpus(0).gpus(1);
    ObjectRef<Seen> first = one.remote(gate);
    ObjectRef<Seen> second = one.remote(gate);
    Gate.awaitCount(gate, 2);
    assertThat(ray.availableResources().amount(Resources.GPU)).isZero();
    gate.call(Gate::open).get(PATIENCE);

    Seen a = first.get(PATIENCE);
    Seen b = second.get(PATIENCE);
    assertThat(List.of(a.cuda(), b.cuda())).containsExactlyInAnyOrder("0", "1");
    assertThat(a.hip()).isEqualTo(a.cuda());
    assertThat(a.ids()).containsExactly(Integer.valueOf(a.cuda()));
    assertThat(a.pid()).isNotEqualTo(b.pid());

    Seen both = Ray.remote(NodeResourcesTest::see).on(ray).gpus(2).remote().get(PATIENCE);
    assertThat(both.cuda()).isEqualTo("0,1");
    assertThat(both.ids()).containsExactly(0, 1);
  }

  @Test
  void fractionsShareOneGpuAndATaskWithoutSeesWhatTheNodeSees() {
    ActorRef<Gate> gate = Gate.of(ray);
    var half = Ray.remote(NodeResourcesTest::seeAndStay).on(ray).cpus(0).gpus(0.5);
    ObjectRef<Seen> first = half.remote(gate);
    ObjectRef<Seen> second = half.remote(gate);
    Gate.awaitCount(gate, 2);
    gate.call(Gate::open).get(PATIENCE);

    assertThat(first.get(PATIENCE).cuda()).isEqualTo(second.get(PATIENCE).cuda());
    Seen without = Ray.remote(NodeResourcesTest::see).on(ray).remote().get(PATIENCE);
    assertThat(without.ids()).isEmpty();
    assertThat(without.cuda())
        .isEqualTo(Objects.requireNonNullElse(System.getenv("CUDA_VISIBLE_DEVICES"), "unset"));
  }

  @Test
  void anActorKeepsItsGpuUntilItEnds() {
    ActorRef<Model> model = Ray.actor(Model::new).on(ray).gpus(1).remote();
    Seen seen = model.call(Model::see).get(PATIENCE);
    assertThat(seen.ids()).containsExactly(Integer.valueOf(seen.cuda()));

    Seen other = Ray.remote(NodeResourcesTest::see).on(ray).gpus(1).remote().get(PATIENCE);
    assertThat(other.cuda()).isNotEqualTo(seen.cuda());

    model.kill();
    assertThat(Ray.remote(NodeResourcesTest::see).on(ray).gpus(2).remote().get(PATIENCE).cuda())
        .isEqualTo("0,1");
  }

  @Test
  void whatIsMoreThanOneMustBeWholeAndMoreThanThereIsIsRefused() {
    var see = Ray.remote(NodeResourcesTest::see).on(ray);
    assertThatThrownBy(() -> see.gpus(1.5)).hasMessageContaining("1.5");
    assertThatThrownBy(() -> see.gpus(3).remote().get(PATIENCE))
        .isInstanceOf(OutOfResourcesException.class)
        .hasMessageContaining("GPU: 3");
  }

  static double[] nested() {
    double before = Ray.availableResources().amount(Resources.MEMORY);
    int done = Ray.remote(NodeResourcesTest::quick).cpus(4).remote().get(PATIENCE);
    return new double[] {before, Ray.availableResources().amount("tickets"), done};
  }

  static int quick() {
    return 7;
  }

  @Test
  void whoWaitsGivesItsCpusBackAndNothingElse() {
    // The inner task needs all CPUs, so the outer one has given its own back; its memory it keeps.
    double[] seen =
        Ray.remote(NodeResourcesTest::nested)
            .on(ray)
            .cpus(1)
            .memory(1L << 29)
            .resource("tickets", 1)
            .remote()
            .get(PATIENCE);

    assertThat(seen).containsExactly(1L << 29, 0, 7);
  }

  @Test
  void halvesOfAResourceRunBesideEachOtherAndAThirdWaits() {
    ActorRef<Gate> gate = Gate.of(ray);
    var half = Ray.remote(NodeResourcesTest::seeAndStay).on(ray).cpus(0).resource("tickets", 0.5);
    List<ObjectRef<Seen>> all = List.of(half.remote(gate), half.remote(gate), half.remote(gate));
    Gate.awaitCount(gate, 2);

    // What asks for none of it passes by; the third has had the time for that, too.
    Ray.remote(NodeResourcesTest::quick).on(ray).remote().get(PATIENCE);
    assertThat(gate.call(Gate::inside).get(PATIENCE)).hasSize(2);
    assertThat(ray.availableResources().amount("tickets")).isZero();

    gate.call(Gate::open).get(PATIENCE);
    all.forEach(each -> assertThat(each.get(PATIENCE).pid()).isPositive());
  }
}
