package ray.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import ray.ActorDiedException;
import ray.ActorInfo;
import ray.ActorRef;
import ray.ObjectRef;
import ray.ObjectRefStream;
import ray.OutOfResourcesException;
import ray.PendingCallsExceededException;
import ray.Ray;
import ray.RayStateException;

/** Actors: state, order, concurrency, names, lifetimes, deaths and restarts. */
@Timeout(120)
class ActorsTest {
  static class Counter {
    private int value;

    static Counter from(int start) {
      Counter counter = new Counter();
      counter.value = start;
      return counter;
    }

    int add(int by) {
      return value += by;
    }

    int get() {
      return value;
    }

    void fail(String message) {
      throw new IllegalArgumentException(message);
    }

    void exit() {
      Ray.exitActor();
    }

    Stream<Integer> next(int count) {
      return IntStream.range(0, count).map(i -> ++value).boxed();
    }

    ObjectRef<Integer> lent(ObjectRef<Integer> other) {
      return other;
    }

    int attempt() {
      return Ray.context().attempt();
    }
  }

  static class Recorder {
    private final List<Integer> seen = new ArrayList<>();

    void record(int value) {
      seen.add(value);
    }

    List<Integer> seen() {
      return seen;
    }
  }

  /** Calls with an argument that comes only when another run has called. */
  static int callsWithLateArgument(ActorRef<Counter> counter, Gate arrived) throws Exception {
    ObjectRef<Integer> late = Ray.remote(ActorsTest::comesAfterTheGate).cpus(0).remote(arrived);
    return counter.call(Counter::add, late).get(TestRay.PATIENCE);
  }

  static int comesAfterTheGate(Gate gate) throws InterruptedException {
    gate.pass();
    return 10;
  }

  static int callsAtOnce(ActorRef<Counter> counter) {
    return counter.call(Counter::add, 1).get(TestRay.PATIENCE);
  }

  static class Forwarder {
    void forward(ActorRef<Recorder> to, Object value) {
      if (value instanceof Integer given) {
        to.call(Recorder::record, given);
      } else {
        Gate gate = (Gate) value;
        to.call(Recorder::record, Ray.remote(ActorsTest::comesAfterTheGate).remote(gate));
      }
    }
  }

  static class Doorkeeper {
    private final Notes notes;
    private final List<CompletableFuture<String>> promises = new ArrayList<>();

    Doorkeeper(Notes notes) {
      this.notes = notes;
      notes.add("made");
    }

    void pass(Gate gate) throws InterruptedException {
      gate.pass();
    }

    void passStubbornly(Gate gate) {
      gate.passStubbornly();
    }

    String now() {
      return "now";
    }

    CompletionStage<String> later() {
      CompletableFuture<String> promise = new CompletableFuture<>();
      promises.add(promise);
      return promise;
    }

    int answer(String text) {
      promises.forEach(promise -> promise.complete(text));
      return promises.size();
    }

    void failOnce() {
      notes.add("tried");
      if (notes.all().stream().filter("tried"::equals).count() == 1) {
        throw new IllegalStateException("the first time");
      }
    }
  }

  static class Stillborn {
    Stillborn(String reason) {
      throw new IllegalStateException(reason);
    }

    int anything() {
      return 1;
    }
  }

  record Team(String name, ActorRef<Counter> counter) {}

  static int addVia(ActorRef<Counter> counter, int by) {
    return counter.call(Counter::add, by).get();
  }

  static int addInside(Map<String, Team> teams, int by) {
    return teams.get("red").counter().call(Counter::add, by).get();
  }

  static class Relay {
    private final ActorRef<Counter> target;

    Relay(ActorRef<Counter> target) {
      this.target = target;
    }

    int pass(int by) {
      return target.call(Counter::add, by).get();
    }
  }

  static ActorRef<Counter> makeCounter(int start) {
    return Ray.actor(Counter::from).remote(start);
  }

  @Test
  void constructorTakesArgumentsValuesAndRefs() throws Exception {
    TestRay.with(ray -> {
      ActorRef<Counter> plain = Ray.actor(Counter::from).remote(40);
      ActorRef<Counter> mixed =
          Ray.actor((Integer a, Integer b) -> Counter.from(a + b))
              .remote(Ray.remote(() -> 1).remote(), 2);

      assertThat(plain.call(Counter::add, 2).get()).isEqualTo(42);
      assertThat(mixed.call(Counter::get).get()).isEqualTo(3);
    });
  }

  @Test
  void aRunsCallHoldsBackNoOtherRunsCalls() throws Exception {
    TestRay.with(ray -> {
      ActorRef<Counter> counter = Ray.actor(Counter::new).remote();
      counter.ready().get(TestRay.PATIENCE);
      Gate gate = Gate.closed();
      ObjectRef<Integer> first =
          Ray.remote(ActorsTest::callsWithLateArgument).remote(counter, gate);
      gate.awaitArrivals(1);

      ObjectRef<Integer> second = Ray.remote(ActorsTest::callsAtOnce).remote(counter);

      assertThat(second.get(TestRay.PATIENCE)).isEqualTo(1);
      gate.open();
      assertThat(first.get(TestRay.PATIENCE)).isEqualTo(11);
    });
  }

  @Test
  void allThatASerialActorCallsHasTheOrderOfItsOwnCalls() throws Exception {
    TestRay.with(ray -> {
      ActorRef<Recorder> recorder = Ray.actor(Recorder::new).remote();
      ActorRef<Forwarder> forwarder = Ray.actor(Forwarder::new).remote();
      Gate gate = Gate.closed();
      forwarder.call(Forwarder::forward, recorder, gate);
      forwarder.call(Forwarder::forward, recorder, 1).get(TestRay.PATIENCE);
      gate.open();
      forwarder.call(Forwarder::forward, recorder, 2).get(TestRay.PATIENCE);

      TestRay.await(
          "three values", () -> recorder.call(Recorder::seen).get(TestRay.PATIENCE).size() == 3);
      assertThat(recorder.call(Recorder::seen).get(TestRay.PATIENCE)).containsExactly(10, 1, 2);
    });
  }

  @Test
  void callsOfOneCallerRunInOrder() throws Exception {
    TestRay.with(ray -> {
      ActorRef<Recorder> recorder = Ray.actor(Recorder::new).remote();
      for (int i = 0; i < 1000; i++) {
        recorder.call(Recorder::record, i);
      }
      assertThat(recorder.call(Recorder::seen).get(TestRay.PATIENCE))
          .isEqualTo(IntStream.range(0, 1000).boxed().toList());
    });
  }

  @Test
  void argumentThatIsNotReadyHoldsLaterCallsBack() throws Exception {
    TestRay.with(ray -> {
      Gate gate = Gate.closed();
      ActorRef<Recorder> recorder = Ray.actor(Recorder::new).remote();
      ObjectRef<Integer> late =
          Ray.remote(
                  (Gate g) -> {
                    g.pass();
                    return 1;
                  })
              .remote(gate);
      recorder.call(Recorder::record, late);
      recorder.call(Recorder::record, 2);
      ObjectRef<List<Integer>> seen = recorder.call(Recorder::seen);

      gate.awaitArrivals(1);
      assertThat(seen.isReady()).isFalse();
      gate.open();
      assertThat(seen.get(TestRay.PATIENCE)).containsExactly(1, 2);
    });
  }

  @Test
  void callsRunOneAtATimeUnlessMoreAreAllowed() throws Exception {
    TestRay.with(ray -> {
      Gate one = Gate.closed();
      ActorRef<Doorkeeper> serial = Ray.actor(Doorkeeper::new).remote(Notes.empty());
      List<ObjectRef<Void>> calls =
          Stream.generate(() -> serial.call(Doorkeeper::pass, one)).limit(3).toList();
      one.awaitArrivals(1);
      Gate three = Gate.closed();
      ActorRef<Doorkeeper> concurrent =
          Ray.actor(Doorkeeper::new).maxConcurrency(3).remote(Notes.empty());
      List<ObjectRef<Void>> more =
          Stream.generate(() -> concurrent.call(Doorkeeper::pass, three)).limit(5).toList();
      three.awaitArrivals(3);

      assertThat(one.arrived()).isEqualTo(1);
      assertThat(three.arrived()).isEqualTo(3);
      one.open();
      three.open();
      Ray.get(calls, TestRay.PATIENCE);
      Ray.get(more, TestRay.PATIENCE);
      assertThat(three.passed()).isEqualTo(5);
    });
  }

  @Test
  void stageAsResultFreesTheSlot() throws Exception {
    TestRay.with(ray -> {
      ActorRef<Doorkeeper> actor = Ray.actor(Doorkeeper::new).remote(Notes.empty());
      ObjectRef<String> first = actor.call(Doorkeeper::later);
      ObjectRef<String> second = actor.call(Doorkeeper::later);

      assertThat(actor.call(Doorkeeper::now).get(TestRay.PATIENCE)).isEqualTo("now");
      assertThat(first.isReady()).isFalse();
      assertThat(actor.call(Doorkeeper::answer, "done").get(TestRay.PATIENCE)).isEqualTo(2);
      assertThat(first.get(TestRay.PATIENCE)).isEqualTo("done");
      assertThat(second.get(TestRay.PATIENCE)).isEqualTo("done");
    });
  }

  @Test
  void concurrencyGroupsHaveLimitsOfTheirOwn() throws Exception {
    TestRay.with(ray -> {
      Gate gate = Gate.closed();
      ActorRef<Doorkeeper> actor =
          Ray.actor(Doorkeeper::new).concurrencyGroup("io", 2).remote(Notes.empty());
      List<ObjectRef<Void>> io =
          Stream.generate(() -> actor.method(Doorkeeper::pass).group("io").remote(gate))
              .limit(4)
              .toList();
      gate.awaitArrivals(2);

      assertThat(actor.call(Doorkeeper::now).get(TestRay.PATIENCE)).isEqualTo("now");
      assertThat(gate.arrived()).isEqualTo(2);
      gate.open();
      Ray.get(io, TestRay.PATIENCE);
      assertThatThrownBy(
              () -> actor.method(Doorkeeper::now).group("network").remote().get(TestRay.PATIENCE))
          .hasMessageContaining("no concurrency group 'network'")
          .hasMessageContaining("concurrencyGroup(");
    });
  }

  @Test
  void namedActorIsFoundAndANameIsTakenOnce() throws Exception {
    TestRay.with(ray -> {
      ActorRef<Counter> made = Ray.actor(Counter::new).name("hits").remote();
      made.call(Counter::add, 5);

      Optional<ActorRef<Counter>> found = Ray.actor("hits");
      assertThat(found).contains(made);
      assertThat(found.orElseThrow().call(Counter::get).get()).isEqualTo(5);
      assertThat(Ray.actor("misses")).isEmpty();
      assertThatThrownBy(() -> Ray.actor(Counter::new).name("hits").remote())
          .isInstanceOf(ActorDiedException.class)
          .hasMessageContaining("'hits'")
          .hasMessageContaining("getIfExists()");
      assertThat(made.call(Counter::get).get()).isEqualTo(5);
    });
  }

  @Test
  void getIfExistsReturnsTheLivingActor() throws Exception {
    TestRay.with(ray -> {
      var shared = Ray.actor(Counter::from).name("shared").getIfExists();
      ActorRef<Counter> first = shared.remote(10);
      ActorRef<Counter> second = shared.remote(20);

      assertThat(second).isEqualTo(first);
      second.call(Counter::add, 1);
      assertThat(first.call(Counter::get).get()).isEqualTo(11);
    });
  }

  @Test
  void namespacesKeepNamesApart() throws Exception {
    TestRay.with(
        TestRay.options().namespace("mine"),
        ray -> {
          ActorRef<Counter> mine = Ray.actor(Counter::new).name("c").remote();
          ActorRef<Counter> yours = Ray.actor(Counter::new).name("c").namespace("yours").remote();

          assertThat(Ray.<Counter>actor("c")).contains(mine);
          assertThat(Ray.<Counter>actor("c", "mine")).contains(mine);
          assertThat(Ray.<Counter>actor("c", "yours")).contains(yours);
          assertThat(mine).isNotEqualTo(yours);
        });
  }

  @Test
  void nameIsFreeAfterDeath() throws Exception {
    TestRay.with(ray -> {
      ActorRef<Counter> first = Ray.actor(Counter::new).name("c").remote();
      first.ready().get(TestRay.PATIENCE);
      first.kill();
      TestRay.await("the name is free", () -> Ray.actor("c").isEmpty());

      ActorRef<Counter> second = Ray.actor(Counter::new).name("c").remote();
      assertThat(second.call(Counter::add, 1).get(TestRay.PATIENCE)).isEqualTo(1);
    });
  }

  @Test
  void countedActorEndsWhenItsLastRefGoesAfterItsCalls() throws Exception {
    TestRay.with(ray -> {
      Gate gate = Gate.closed();
      ActorRef<Doorkeeper> actor = Ray.actor(Doorkeeper::new).name("counted").remote(Notes.empty());
      ObjectRef<Void> call = actor.call(Doorkeeper::pass, gate);
      gate.awaitArrivals(1);

      actor.close();

      assertThat(state("counted")).isEqualTo(ActorInfo.State.ALIVE);
      gate.open();
      call.get(TestRay.PATIENCE);
      TestRay.await("its end", () -> state("counted") == ActorInfo.State.DEAD);
    });
  }

  @Test
  void collectedRefsEndAnActorToo() throws Exception {
    TestRay.with(ray -> {
      Ray.actor(Counter::new).name("dropped").cpus(1).remote().ready().get(TestRay.PATIENCE);
      TestRay.awaitCollected(
          "the collector notices", () -> state("dropped") == ActorInfo.State.DEAD);
      TestRay.await("its CPU", () -> Ray.availableResources().amount("CPU") == 2);
    });
  }

  @Test
  void detachedActorOutlivesItsRefs() throws Exception {
    TestRay.with(ray -> {
      ActorRef<Counter> made = Ray.actor(Counter::new).name("stays").detached().remote();
      made.call(Counter::add, 3).get(TestRay.PATIENCE);
      made.close();
      // a counted one made and closed after it shows that closing has been noticed
      ActorRef<Counter> counted = Ray.actor(Counter::new).name("goes").remote();
      counted.ready().get(TestRay.PATIENCE);
      counted.close();
      TestRay.await("the other's end", () -> state("goes") == ActorInfo.State.DEAD);

      ActorRef<Counter> found = Ray.<Counter>actor("stays").orElseThrow();
      assertThat(found.call(Counter::get).get(TestRay.PATIENCE)).isEqualTo(3);
      found.kill();
      TestRay.await("the kill", () -> state("stays") == ActorInfo.State.DEAD);
    });
  }

  @Test
  void killedActorsCallsFailAtOnceAndSayWhy() throws Exception {
    TestRay.with(ray -> {
      Gate gate = Gate.closed();
      ActorRef<Doorkeeper> actor = Ray.actor(Doorkeeper::new).remote(Notes.empty());
      ObjectRef<Void> running = actor.call(Doorkeeper::pass, gate);
      ObjectRef<String> waiting = actor.call(Doorkeeper::now);
      gate.awaitArrivals(1);

      actor.kill();

      for (ObjectRef<?> ref : List.of(running, waiting, actor.call(Doorkeeper::now))) {
        assertThatThrownBy(() -> ref.get(TestRay.PATIENCE))
            .isInstanceOf(ActorDiedException.class)
            .hasMessageContaining("killed with kill()");
      }
      TestRay.await("the interrupt", () -> gate.interrupted() == 1);
    });
  }

  @Test
  void killWithRestartMakesItAgainFromItsArguments() throws Exception {
    TestRay.with(ray -> {
      ActorRef<Counter> actor = Ray.actor(Counter::from).maxRestarts(2).remote(100);
      assertThat(actor.call(Counter::add, 1).get(TestRay.PATIENCE)).isEqualTo(101);

      for (int i = 0; i < 2; i++) {
        actor.kill(true);
        TestRay.await("the restart", () -> restarts(actor) > 0);
        int restarts = i + 1;
        TestRay.await("the restart", () -> restarts(actor) == restarts);
        assertThat(actor.call(Counter::get).get(TestRay.PATIENCE)).isEqualTo(100);
      }
      actor.kill(true);
      assertThatThrownBy(() -> actor.call(Counter::get).get(TestRay.PATIENCE))
          .isInstanceOf(ActorDiedException.class);
    });
  }

  @Test
  void killWithoutRestartIsFinal() throws Exception {
    TestRay.with(ray -> {
      ActorRef<Counter> actor = Ray.actor(Counter::new).maxRestarts(-1).remote();
      actor.ready().get(TestRay.PATIENCE);
      actor.kill();
      assertThatThrownBy(() -> actor.call(Counter::get).get(TestRay.PATIENCE))
          .isInstanceOf(ActorDiedException.class)
          .hasMessageContaining("Counter");
    });
  }

  @Test
  void callUnderWayAtARestartFailsUnlessItMayBeRetried() throws Exception {
    TestRay.with(ray -> {
      Gate gate = Gate.closed();
      ActorRef<Doorkeeper> once = Ray.actor(Doorkeeper::new).maxRestarts(1).remote(Notes.empty());
      ObjectRef<Void> lost = once.call(Doorkeeper::pass, gate);
      gate.awaitArrivals(1);
      once.kill(true);
      assertThatThrownBy(() -> lost.get(TestRay.PATIENCE))
          .isInstanceOf(ActorDiedException.class)
          .hasMessageContaining("actor Doorkeeper")
          .hasMessageContaining("maxTaskRetries");

      Gate again = Gate.closed();
      ActorRef<Doorkeeper> retried =
          Ray.actor(Doorkeeper::new).maxRestarts(1).maxTaskRetries(1).remote(Notes.empty());
      ObjectRef<Void> kept = retried.call(Doorkeeper::pass, again);
      again.awaitArrivals(1);
      retried.kill(true);
      again.awaitArrivals(2);
      again.open();
      kept.get(TestRay.PATIENCE);
    });
  }

  @Test
  void methodMayBeRetriedAfterAnException() throws Exception {
    TestRay.with(ray -> {
      Notes notes = Notes.empty();
      ActorRef<Doorkeeper> actor = Ray.actor(Doorkeeper::new).remote(notes);
      assertThatThrownBy(() -> actor.call(Doorkeeper::failOnce).get(TestRay.PATIENCE))
          .isInstanceOf(IllegalStateException.class);

      Notes more = Notes.empty();
      ActorRef<Doorkeeper> patient = Ray.actor(Doorkeeper::new).remote(more);
      patient
          .method(Doorkeeper::failOnce)
          .maxTaskRetries(1, IllegalStateException.class)
          .remote()
          .get(TestRay.PATIENCE);
      assertThat(more.all()).containsExactly("made", "tried", "tried");
    });
  }

  @Test
  void failedMethodLeavesTheActorAlive() throws Exception {
    TestRay.with(ray -> {
      ActorRef<Counter> actor = Ray.actor(Counter::new).remote();
      ObjectRef<Void> failed = actor.call(Counter::fail, "no");
      assertThatThrownBy(() -> failed.get(TestRay.PATIENCE))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("no");
      assertThat(actor.call(Counter::add, 1).get(TestRay.PATIENCE)).isEqualTo(1);
    });
  }

  @Test
  void failedConstructorIsTheCauseOfItsCalls() throws Exception {
    TestRay.with(ray -> {
      ActorRef<Stillborn> actor =
          Ray.actor((String r) -> new Stillborn(r)).name("never").remote("not today");
      for (ObjectRef<?> ref : List.of(actor.ready(), actor.call(Stillborn::anything))) {
        assertThatThrownBy(() -> ref.get(TestRay.PATIENCE))
            .hasStackTraceContaining("not today")
            .hasStackTraceContaining("Stillborn.<init>");
      }
      TestRay.await("its death", () -> state("never") == ActorInfo.State.DEAD);
      assertThat(info("never").deathCause().orElseThrow())
          .contains("died in its constructor")
          .contains("not today");
    });
  }

  @Test
  void failedArgumentOfTheConstructorIsTheCauseToo() throws Exception {
    TestRay.with(ray -> {
      ObjectRef<Integer> broken =
          Ray.remote(
                  () -> {
                    if (true) {
                      throw new IllegalStateException("no start");
                    }
                    return 1;
                  })
              .remote();
      ActorRef<Counter> actor = Ray.actor(Counter::from).remote(broken);
      assertThatThrownBy(() -> actor.call(Counter::get).get(TestRay.PATIENCE))
          .hasStackTraceContaining("no start");
      assertThatThrownBy(() -> actor.ready().get(TestRay.PATIENCE))
          .hasStackTraceContaining("no start");
    });
  }

  @Test
  void handlesTravelToTasksToActorsAndInsideValues() throws Exception {
    TestRay.with(ray -> {
      ActorRef<Counter> counter = Ray.actor(Counter::new).remote();
      assertThat(Ray.remote(ActorsTest::addVia).remote(counter, 1).get(TestRay.PATIENCE))
          .isEqualTo(1);
      ActorRef<Relay> relay =
          Ray.actor((ActorRef<Counter> target) -> new Relay(target)).remote(counter);
      assertThat(relay.call(Relay::pass, 2).get(TestRay.PATIENCE)).isEqualTo(3);
      assertThat(
              Ray.remote(ActorsTest::addInside)
                  .remote(Map.of("red", new Team("red", counter)), 3)
                  .get(TestRay.PATIENCE))
          .isEqualTo(6);
      ObjectRef<List<ActorRef<Counter>>> stored = Ray.put(List.of(counter));
      assertThat(stored.get().getFirst()).isEqualTo(counter);
      assertThat(stored.get().getFirst().call(Counter::get).get(TestRay.PATIENCE)).isEqualTo(6);
    });
  }

  @Test
  void actorMadeByATaskLivesForItsCaller() throws Exception {
    TestRay.with(ray -> {
      ActorRef<Counter> counter =
          Ray.remote(ActorsTest::makeCounter).remote(7).get(TestRay.PATIENCE);
      for (int i = 0; i < 5; i++) {
        System.gc();
        assertThat(counter.call(Counter::add, 1).get(TestRay.PATIENCE)).isEqualTo(8 + i);
      }
    });
  }

  @Test
  void actorInsideAStoredValueLivesAsLongAsTheValue() throws Exception {
    TestRay.with(ray -> {
      ActorRef<Counter> counter = Ray.actor(Counter::new).name("kept").remote();
      counter.call(Counter::add, 4).get(TestRay.PATIENCE);
      ObjectRef<Team> team = Ray.put(new Team("red", counter));
      counter.close();

      Team read = team.get();
      assertThat(read.counter().call(Counter::get).get(TestRay.PATIENCE)).isEqualTo(4);
      read.counter().close();
      team.close();
      TestRay.await("its end", () -> state("kept") == ActorInfo.State.DEAD);
    });
  }

  @Test
  void maxPendingCallsThrowsForOneMore() throws Exception {
    TestRay.with(ray -> {
      Gate gate = Gate.closed();
      ActorRef<Doorkeeper> actor =
          Ray.actor(Doorkeeper::new).maxPendingCalls(3).remote(Notes.empty());
      List<ObjectRef<Void>> calls =
          Stream.generate(() -> actor.call(Doorkeeper::pass, gate)).limit(3).toList();

      assertThatThrownBy(() -> actor.call(Doorkeeper::now))
          .isInstanceOf(PendingCallsExceededException.class)
          .hasMessageContaining("Doorkeeper")
          .hasMessageContaining("3");
      gate.open();
      Ray.get(calls, TestRay.PATIENCE);
      TestRay.await(
          "room",
          () -> {
            try {
              return actor.call(Doorkeeper::now).get(TestRay.PATIENCE).equals("now");
            } catch (PendingCallsExceededException stillFull) {
              return false;
            }
          });
    });
  }

  @Test
  void exitFromWithinEndsTheActorForGood() throws Exception {
    TestRay.with(ray -> {
      ActorRef<Counter> actor = Ray.actor(Counter::new).maxRestarts(5).name("leaver").remote();
      ObjectRef<Void> exit = actor.call(Counter::exit);
      assertThatThrownBy(() -> exit.get(TestRay.PATIENCE))
          .isInstanceOf(ActorDiedException.class)
          .hasMessageContaining("exited from within");
      assertThatThrownBy(() -> actor.call(Counter::get).get(TestRay.PATIENCE))
          .isInstanceOf(ActorDiedException.class)
          .hasMessageContaining("exited from within");
      TestRay.await("its death", () -> state("leaver") == ActorInfo.State.DEAD);
    });
  }

  @Test
  void exitOutsideOfAnActorIsAnError() throws Exception {
    TestRay.with(ray -> {
      assertThatThrownBy(Ray::exitActor)
          .isInstanceOf(RayStateException.class)
          .hasMessageContaining("within an actor's method");
      ObjectRef<Void> inTask = Ray.remote(() -> Ray.exitActor()).remote();
      assertThatThrownBy(() -> inTask.get(TestRay.PATIENCE)).isInstanceOf(RayStateException.class);
    });
  }

  @Test
  void readinessIsARef() throws Exception {
    TestRay.with(ray -> {
      Gate gate = Gate.closed();
      ActorRef<Counter> actor =
          Ray.actor(
                  (Gate g) -> {
                    g.pass();
                    return Counter.from(1);
                  })
              .remote(gate);
      ObjectRef<Void> ready = actor.ready();
      gate.awaitArrivals(1);
      assertThat(ready.isReady()).isFalse();
      gate.open();
      assertThat(ready.get(TestRay.PATIENCE)).isNull();
    });
  }

  @Test
  void methodOptionsArePerCall() throws Exception {
    TestRay.with(ray -> {
      Gate gate = Gate.closed();
      ActorRef<Doorkeeper> actor = Ray.actor(Doorkeeper::new).remote(Notes.empty());
      ObjectRef<Void> late =
          actor
              .method(Doorkeeper::pass)
              .name("a long wait")
              .timeout(java.time.Duration.ofMillis(30))
              .remote(gate);
      assertThatThrownBy(() -> late.get(TestRay.PATIENCE))
          .isInstanceOf(ray.TaskTimeoutException.class)
          .hasMessageContaining("a long wait");
      assertThat(actor.call(Doorkeeper::now).get(TestRay.PATIENCE)).isEqualTo("now");
    });
  }

  @Test
  void generatorMethodsYieldRefs() throws Exception {
    TestRay.with(ray -> {
      ActorRef<Counter> actor = Ray.actor(Counter::new).remote();
      try (ObjectRefStream<Integer> items = actor.call(Counter::next, 5)) {
        assertThat(items.stream().map(ObjectRef::get)).containsExactly(1, 2, 3, 4, 5);
      }
      assertThat(actor.call(Counter::get).get(TestRay.PATIENCE)).isEqualTo(5);
    });
  }

  @Test
  void methodsMayReturnAliases() throws Exception {
    TestRay.with(ray -> {
      ActorRef<Counter> actor = Ray.actor(Counter::new).remote();
      ObjectRef<Integer> alias = actor.call((Counter c) -> c.lent(Ray.put(12)));
      assertThat(alias.get(TestRay.PATIENCE)).isEqualTo(12);
    });
  }

  @Test
  void actorHoldsItsResourcesWhileItLives() throws Exception {
    TestRay.with(
        TestRay.options().resource("seat", 1),
        ray -> {
          ActorRef<Counter> seated = Ray.actor(Counter::new).resource("seat", 1).remote();
          seated.ready().get(TestRay.PATIENCE);
          assertThat(Ray.availableResources().amount("seat")).isZero();
          ActorRef<Counter> standing = Ray.actor(Counter::new).resource("seat", 1).remote();
          ObjectRef<Integer> call = standing.call(Counter::add, 1);
          assertThat(call.isReady()).isFalse();

          seated.kill();

          assertThat(call.get(TestRay.PATIENCE)).isEqualTo(1);
        });
  }

  @Test
  void actorThatFitsNowhereFailsWithWhatThereIs() throws Exception {
    TestRay.with(ray -> {
      ActorRef<Counter> actor = Ray.actor(Counter::new).resource("GPU", 4).remote();
      assertThatThrownBy(() -> actor.call(Counter::get).get(TestRay.PATIENCE))
          .isInstanceOf(OutOfResourcesException.class)
          .hasMessageContaining("GPU: 4")
          .hasMessageContaining("CPU: 2");
    });
  }

  @Test
  void namesAreListed() throws Exception {
    TestRay.with(ray -> {
      ActorRef<Counter> a = Ray.actor(Counter::new).name("a").label("team", "red").remote();
      ActorRef<Counter> b = Ray.actor(Counter::new).name("b").namespace("far").remote();
      Ray.get(List.of(a.ready(), b.ready()), TestRay.PATIENCE);

      assertThat(Ray.actors())
          .extracting(ActorInfo::name, ActorInfo::namespace, ActorInfo::state)
          .containsExactlyInAnyOrder(
              org.assertj.core.groups.Tuple.tuple("a", "default", ActorInfo.State.ALIVE),
              org.assertj.core.groups.Tuple.tuple("b", "far", ActorInfo.State.ALIVE));
      assertThat(info("a").labels()).containsEntry("team", "red");
      assertThat(info("a").className()).isEqualTo("Counter");
    });
  }

  private static ActorInfo info(String name) {
    return Ray.actors().stream().filter(a -> a.name().equals(name)).findFirst().orElseThrow();
  }

  private static ActorInfo.State state(String name) {
    return info(name).state();
  }

  private static int restarts(ActorRef<?> actor) {
    return Ray.actors().stream()
        .filter(a -> a.id().equals(actor.id()))
        .findFirst()
        .orElseThrow()
        .restarts();
  }
}
