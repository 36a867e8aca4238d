package ray.runtime.serialization;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Many threads, virtual ones too, share a few sessions and never each other's state. */
class SerializationConcurrencyTest {
  private static final int THREADS = 500;
  private static final int ROUNDS = 40;

  record Item(int owner, String text) {}

  private final ValueSerializers serializers =
      ValueSerializers.forLoader(getClass().getClassLoader())
          .handles(type -> type == Item.class)
          .build();

  @Test
  void virtualThreadsDoNotMixUpTheirValues() throws Exception {
    try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Callable<Boolean>> tasks = new ArrayList<>();
      for (int index = 0; index < THREADS; index++) {
        int owner = index;
        // More calls in all than it takes to switch to generated code on the way.
        tasks.add(() -> roundTrips(owner));
      }
      for (Future<Boolean> result : executor.invokeAll(tasks)) {
        assertThat(result.get()).isTrue();
      }
    }
  }

  private boolean roundTrips(int owner) {
    for (int round = 0; round < ROUNDS; round++) {
      HandleTable handles = new HandleTable();
      Item item = new Item(owner, "round " + round);
      Map<String, Object> value = new HashMap<>();
      value.put("item", item);
      value.put("array", new int[] {owner, round});
      value.put("large", new long[600 + owner % 7]);
      Serialized serialized = serializers.serialize(value, handles).detach();
      Map<?, ?> copy = (Map<?, ?>) serializers.deserialize(serialized, handles);
      boolean same =
          copy != null
              && copy.get("item") == item
              && copy.get("array") instanceof int[] array
              && array[0] == owner
              && copy.get("large") instanceof long[] large
              && large.length == 600 + owner % 7;
      if (!same) {
        return false;
      }
    }
    return true;
  }

  static class Outer {
    final List<Integer> content;

    Outer(List<Integer> content) {
      this.content = content;
    }
  }

  @Test
  void serializersThatCallBackDoNotDeadlockWhenAllSessionsAreTaken() throws Exception {
    CountDownLatch allInside = new CountDownLatch(ForyPool.SIZE);
    int threads = ForyPool.SIZE + 2;
    serializers.register(
        Outer.class,
        new SurrogateCodec<>() {
          @Override
          public Object replace(Outer value) {
            allInside.countDown();
            try {
              if (!allInside.await(30, TimeUnit.SECONDS)) {
                throw new IllegalStateException("too few threads inside at once");
              }
            } catch (InterruptedException e) {
              throw new IllegalStateException(e);
            }
            return serializers.copy(value.content);
          }

          @Override
          @SuppressWarnings("unchecked")
          public Outer restore(Object surrogate) {
            return new Outer((List<Integer>) surrogate);
          }
        });
    try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
      Callable<Integer> task =
          () -> serializers.copy(new Outer(new ArrayList<>(List.of(1, 2)))).content.size();
      for (Future<Integer> size : executor.invokeAll(Collections.nCopies(threads, task))) {
        assertThat(size.get()).isEqualTo(2);
      }
    }
  }
}
