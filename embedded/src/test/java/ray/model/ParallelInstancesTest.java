package ray.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import ray.ActorRef;
import ray.ObjectRef;
import ray.Ray;
import ray.RayInstance;

/** Instances that live side by side in one JVM know nothing of each other. */
@Timeout(60)
class ParallelInstancesTest {
  static String whoAmI() {
    return Ray.context().namespace();
  }

  static String nested() {
    return Ray.remote(ParallelInstancesTest::whoAmI).remote().get();
  }

  static class Named {
    String where() {
      return Ray.context().namespace()
          + " "
          + Ray.remote(ParallelInstancesTest::whoAmI).remote().get();
    }
  }

  @Test
  void tasksAndActorsStayInTheirInstance() throws Exception {
    List<CompletableFuture<Void>> programs = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      String name = "instance-" + i;
      programs.add(
          CompletableFuture.runAsync(() -> {
            try {
              TestRay.with(
                  TestRay.options().namespace(name),
                  ray -> {
                    var nested = Ray.remote(ParallelInstancesTest::nested);
                    List<ObjectRef<String>> refs =
                        IntStream.range(0, 20).mapToObj(n -> nested.remote()).toList();
                    assertThat(Ray.get(refs)).containsOnly(name);
                    ActorRef<Named> actor = Ray.actor(Named::new).name("same name").remote();
                    assertThat(actor.call(Named::where).get()).isEqualTo(name + " " + name);
                    assertThat(Ray.actors()).hasSize(1);
                  });
            } catch (Exception e) {
              throw new IllegalStateException(e);
            }
          }));
    }
    for (CompletableFuture<Void> program : programs) {
      program.get(60, java.util.concurrent.TimeUnit.SECONDS);
    }
  }

  @Test
  void closingOneLeavesTheOthersAlone() throws Exception {
    Gate gate = Gate.closed();
    try (var one = TestRay.start(TestRay.options());
        var other = TestRay.start(TestRay.options())) {
      RayInstance stays = one.ray();
      RayInstance goes = other.ray();
      ObjectRef<Void> running = Ray.remote((Gate g) -> g.pass()).on(stays).remote(gate);
      gate.awaitArrivals(1);
      goes.close();
      gate.open();
      running.get(TestRay.PATIENCE);
      assertThat(gate.interrupted()).isZero();
      assertThat(Ray.remote(() -> 1).on(stays).remote().get(TestRay.PATIENCE)).isEqualTo(1);
    }
  }
}
