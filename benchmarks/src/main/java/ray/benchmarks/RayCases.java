package ray.benchmarks;

import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import ray.ActorRef;
import ray.ObjectRef;
import ray.Ray;

/**
 * The cases of Ray's own {@code ray microbenchmark}, by the same names, in the same order and doing
 * the same (its {@code ray_perf.py}); the remote client's are {@link ClientCases}. Placement groups
 * come with clusters. Two cases stand among them that are not Ray's: the raw copies that large puts
 * are compared with.
 */
final class RayCases {
  static final String GET_CALLS = "single client get calls (Plasma Store)";
  static final String PUT_CALLS = "single client put calls (Plasma Store)";
  static final String PUT_GIGABYTES = "single client put gigabytes";

  static final String MULTI_PUT_GIGABYTES = "multi client put gigabytes";
  static final String MULTI_COPY_GIGABYTES = "multi client raw copy gigabytes (warm)";

  /** What {@link #PUT_GIGABYTES} puts at a time. */
  static final int LARGE_LONGS = 100 * 1024 * 1024;

  /** Ray counts those 800 MiB as 0.8 gigabytes; so does everything here that stands beside it. */
  static final double LARGE_GIGABYTES = 0.8;

  private static final int BATCH = 1_000;
  private static final int PUT_TASKS = 10;
  private static final int TASK_CLIENTS = 4;
  private static final int TASKS_OF_CLIENT = 10_000;
  private static final int CALLS_OF_CLIENT = 5_000;
  private static final int CALLERS = 4;
  private static final int CALLS_WITH_ARG = 1_000;
  private static final int CONCURRENT_CALLS = 16;

  /** How many calls an actor of Python's {@code asyncio} has under way at most. */
  private static final int ASYNC_CALLS = 1_000;

  private static final Goal NONE = new Goal.None();

  private RayCases() {}

  static List<Case> all() {
    return Stream.of(objects(), tasks(), actors(), asyncActors()).flatMap(List::stream).toList();
  }

  private static Case single(String name, double goalPerSecond, Case.Preparation work) {
    return new Case.Repeated(name, 1, new Goal.PerSecond(goalPerSecond), work);
  }

  private static Case batch(String name, double factor, Goal goal, Case.Preparation work) {
    return new Case.Repeated(name, factor, goal, work);
  }

  private static Work work(Work.Single single) {
    return single;
  }

  private static Work work(Work.Batch batch) {
    return batch;
  }

  // ---- objects

  private static List<Case> objects() {
    return List.of(
        single(GET_CALLS, 5_000_000, ray -> getCalls()),
        single(PUT_CALLS, 500_000, ray -> putCalls()),
        batch(
            "multi client put calls (Plasma Store)",
            PUT_TASKS * Functions.PUTS,
            NONE,
            ray -> putTasks(Ray.remote(Functions::putSmall)::remote)),
        batch(
            PUT_GIGABYTES,
            LARGE_GIGABYTES,
            new Goal.ShareOf(0.9, RawCopies.WARM),
            ray -> putGigabytes()),
        new Case.Special(RawCopies.WARM, new Goal.None(), RawCopies::warm),
        batch("single client tasks and get batch", 1, NONE, ray -> tasksAndGetBatch()),
        batch(
            MULTI_PUT_GIGABYTES,
            PUT_TASKS * Functions.LARGE_PUTS * LARGE_GIGABYTES / 10,
            new Goal.ShareOf(0.9, MULTI_COPY_GIGABYTES),
            ray -> putTasks(Ray.remote(Functions::putLarge)::remote)),
        batch(
            MULTI_COPY_GIGABYTES,
            PUT_TASKS * Functions.LARGE_PUTS * LARGE_GIGABYTES / 10,
            NONE,
            ray -> putTasks(Ray.remote(Functions::copyLarge)::remote)),
        single("single client get object containing 10k refs", 500, ray -> getContainer()),
        single("single client wait 1k refs", 100, ray -> waitOneByOne()));
  }

  static Work putCalls() {
    return work(() -> Ray.put(0));
  }

  static Work getCalls() {
    ObjectRef<Integer> value = Ray.put(0);
    return work(() -> Ray.get(value));
  }

  static Work putTasks(Supplier<ObjectRef<Long>> putTask) {
    return work(latencies -> {
      List<ObjectRef<Long>> submitted =
          IntStream.range(0, PUT_TASKS).mapToObj(i -> putTask.get()).toList();
      Ray.get(submitted).forEach(latencies::add);
    });
  }

  static Work putGigabytes() {
    long[] zeros = new long[LARGE_LONGS];
    return work(() -> {
      ObjectRef<long[]> ref = Ray.put(zeros);
      ref.close();
      return ref;
    });
  }

  static Work tasksAndGetBatch() {
    var smallValue = Ray.remote(Functions::smallValue);
    return work(() -> Batches.getAll(BATCH, i -> smallValue.remote()));
  }

  private static Work getContainer() {
    var container = Ray.remote(Functions::createObjectContainingRefs).remote();
    return work(() -> {
      List<ObjectRef<Integer>> refs = container.get();
      if (refs.size() != Functions.CONTAINED_REFS) {
        throw new IllegalStateException("got " + refs.size() + " refs");
      }
      return refs;
    });
  }

  private static Work waitOneByOne() {
    var smallValue = Ray.remote(Functions::smallValue);
    return work(() -> {
      List<ObjectRef<String>> notReady =
          IntStream.range(0, BATCH).mapToObj(i -> smallValue.remote()).toList();
      while (!notReady.isEmpty()) {
        notReady = Ray.wait(notReady).pending();
      }
      return notReady;
    });
  }

  // ---- tasks

  private static List<Case> tasks() {
    return List.of(
        single("single client tasks sync", 200_000, ray -> tasksSync()),
        batch(
            "single client tasks async", BATCH, new Goal.PerSecond(1_000_000), ray -> tasksAsync()),
        batch(
            "multi client tasks async",
            TASK_CLIENTS * TASKS_OF_CLIENT,
            NONE,
            ray -> tasksOfActors()));
  }

  private static Work tasksSync() {
    var smallValue = Ray.remote(Functions::smallValue);
    return work(() -> smallValue.remote().get());
  }

  private static Work tasksAsync() {
    var smallValue = Ray.remote(Functions::smallValue);
    return work(latencies -> latencies.add(Batches.getAll(BATCH, i -> smallValue.remote())));
  }

  private static Work tasksOfActors() {
    List<ActorRef<Servers.Plain>> actors = plainActors(TASK_CLIENTS);
    return work(latencies ->
        all(actors, actor -> actor.call(Servers.Plain::smallValueBatch, TASKS_OF_CLIENT))
            .forEach(latencies::add));
  }

  // ---- actors

  private static List<Case> actors() {
    int many = half();
    return List.of(
        single("1:1 actor calls sync", 200_000, ray -> actorSync()),
        batch("1:1 actor calls async", BATCH, new Goal.PerSecond(1_000_000), ray -> actorAsync(1)),
        batch("1:1 actor calls concurrent", BATCH, NONE, ray -> actorAsync(CONCURRENT_CALLS)),
        batch("1:n actor calls async", CALLS_OF_CLIENT * many, NONE, ray -> clientOfActors(many)),
        batch("n:n actor calls async", CALLERS * CALLS_OF_CLIENT, NONE, ray -> callers(many)),
        batch(
            "n:n actor calls with arg async",
            CALLS_WITH_ARG * many,
            NONE,
            ray -> clientsWithArg(many)));
  }

  static Work actorSync() {
    ActorRef<Servers.Plain> actor = Ray.actor(Servers.Plain::new).remote();
    return work(() -> actor.call(Servers.Plain::smallValue).get());
  }

  static Work actorAsync(int maxConcurrency) {
    ActorRef<Servers.Plain> actor =
        Ray.actor(Servers.Plain::new).maxConcurrency(maxConcurrency).remote();
    return work(latencies ->
        latencies.add(Batches.getAll(BATCH, i -> actor.call(Servers.Plain::smallValue))));
  }

  private static Work clientOfActors(int many) {
    List<ActorRef<Servers.Plain>> actors = plainActors(many);
    ActorRef<Servers.Client> client = Ray.actor(Servers.Client::new).remote(actors);
    return work(latencies ->
        latencies.add(client.call(Servers.Client::smallValueBatch, CALLS_OF_CLIENT).get()));
  }

  private static Work callers(int many) {
    List<ActorRef<Servers.Plain>> actors = plainActors(many);
    var work = Ray.remote(Functions::callActors);
    return work(latencies ->
        Ray.get(
                IntStream.range(0, CALLERS)
                    .mapToObj(i -> work.remote(actors, CALLS_OF_CLIENT))
                    .toList())
            .forEach(latencies::add));
  }

  private static Work clientsWithArg(int many) {
    List<ActorRef<Servers.Client>> clients =
        plainActors(many).stream()
            .map(actor -> Ray.actor(Servers.Client::new).remote(List.of(actor)))
            .toList();
    return work(latencies ->
        all(clients, client -> client.call(Servers.Client::smallValueBatchArg, CALLS_WITH_ARG))
            .forEach(latencies::add));
  }

  // ---- async actors

  private static List<Case> asyncActors() {
    int many = half();
    return List.of(
        batch("1:1 async-actor calls sync", 1, NONE, ray -> asyncActorSync()),
        batch("1:1 async-actor calls async", BATCH, NONE, ray -> asyncActorAsync()),
        batch("1:1 async-actor calls with args async", BATCH, NONE, ray -> asyncActorWithArgs()),
        batch(
            "1:n async-actor calls async",
            CALLS_OF_CLIENT * many,
            NONE,
            ray -> clientOfAsyncActors(many)),
        batch(
            "n:n async-actor calls async",
            CALLERS * CALLS_OF_CLIENT,
            NONE,
            ray -> asyncCallers(many)));
  }

  private static Work asyncActorSync() {
    ActorRef<Servers.Async> actor = asyncActor();
    return work(() -> actor.call(Servers.Async::smallValue).get());
  }

  private static Work asyncActorAsync() {
    ActorRef<Servers.Async> actor = asyncActor();
    return work(latencies ->
        latencies.add(Batches.getAll(BATCH, i -> actor.call(Servers.Async::smallValue))));
  }

  private static Work asyncActorWithArgs() {
    ActorRef<Servers.Async> actor = asyncActor();
    return work(latencies ->
        latencies.add(Batches.getAll(BATCH, i -> actor.call(Servers.Async::smallValueWithArg, i))));
  }

  private static Work clientOfAsyncActors(int many) {
    List<ActorRef<Servers.Async>> actors = asyncActors(many);
    ActorRef<Servers.AsyncClient> client = Ray.actor(Servers.AsyncClient::new).remote(actors);
    return work(latencies ->
        latencies.add(client.call(Servers.AsyncClient::smallValueBatch, CALLS_OF_CLIENT).get()));
  }

  private static Work asyncCallers(int many) {
    List<ActorRef<Servers.Async>> actors = asyncActors(many);
    var work = Ray.remote(Functions::callAsyncActors);
    return work(latencies ->
        Ray.get(
                IntStream.range(0, CALLERS)
                    .mapToObj(i -> work.remote(actors, CALLS_OF_CLIENT))
                    .toList())
            .forEach(latencies::add));
  }

  // ---- common

  /** As many actors as Ray takes: half the processors. */
  private static int half() {
    return Math.max(1, Runtime.getRuntime().availableProcessors() / 2);
  }

  private static List<ActorRef<Servers.Plain>> plainActors(int count) {
    return IntStream.range(0, count).mapToObj(i -> Ray.actor(Servers.Plain::new).remote()).toList();
  }

  private static ActorRef<Servers.Async> asyncActor() {
    return Ray.actor(Servers.Async::new).maxConcurrency(ASYNC_CALLS).remote();
  }

  private static List<ActorRef<Servers.Async>> asyncActors(int count) {
    return IntStream.range(0, count).mapToObj(i -> asyncActor()).toList();
  }

  private static <T> List<Long> all(
      List<ActorRef<T>> actors, Function<ActorRef<T>, ObjectRef<Long>> call) {
    return Ray.get(actors.stream().map(call).toList());
  }
}
