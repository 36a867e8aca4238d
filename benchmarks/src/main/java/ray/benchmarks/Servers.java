package ray.benchmarks;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import ray.ActorRef;
import ray.ObjectRef;
import ray.Ray;

/** The actors of Ray's microbenchmark: some answer, the clients call them. */
final class Servers {
  private Servers() {}

  /** Ray's {@code Actor}. */
  static final class Plain {
    String smallValue() {
      return Functions.OK;
    }

    String smallValueArg(int ignored) {
      return Functions.OK;
    }

    long smallValueBatch(int calls) {
      var smallValue = Ray.remote(Functions::smallValue);
      return Batches.getAll(calls, i -> smallValue.remote());
    }
  }

  /** Ray's {@code AsyncActor}. */
  static final class Async {
    CompletionStage<String> smallValue() {
      return CompletableFuture.completedFuture(Functions.OK);
    }

    CompletionStage<String> smallValueWithArg(int ignored) {
      return CompletableFuture.completedFuture(Functions.OK);
    }
  }

  /** Ray's {@code Client} of plain actors. */
  static final class Client {
    private final List<ActorRef<Plain>> servers;

    Client(List<ActorRef<Plain>> servers) {
      this.servers = servers;
    }

    long smallValueBatch(int callsEach) {
      return Batches.getAll(
          callsEach * servers.size(), i -> servers.get(i / callsEach).call(Plain::smallValue));
    }

    long smallValueBatchArg(int callsEach) {
      ObjectRef<Integer> argument = Ray.put(0);
      return Batches.getAll(
          callsEach * servers.size(),
          i -> servers.get(i / callsEach).call(Plain::smallValueArg, argument));
    }
  }

  /** Ray's {@code Client} of async actors. */
  static final class AsyncClient {
    private final List<ActorRef<Async>> servers;

    AsyncClient(List<ActorRef<Async>> servers) {
      this.servers = servers;
    }

    long smallValueBatch(int callsEach) {
      return Batches.getAll(
          callsEach * servers.size(), i -> servers.get(i / callsEach).call(Async::smallValue));
    }
  }
}
