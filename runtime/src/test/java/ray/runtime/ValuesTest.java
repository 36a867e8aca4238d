package ray.runtime;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.Proxy;
import java.util.List;
import org.junit.jupiter.api.Test;
import ray.ObjectId;
import ray.ObjectLostException;
import ray.core.Outcome;
import ray.runtime.serialization.ValueSerializers;
import ray.store.ObjectStore;
import ray.store.ObjectStoreConfig;
import ray.wire.LocalTransport;

/** How values are read of which only an outcome is known. */
class ValuesTest {
  private static final long SELF = 1;
  private static final long NODE = 2;

  /** Nobody waits here. */
  private static final Waiting NO_WAITING =
      (Waiting)
          Proxy.newProxyInstance(
              Waiting.class.getClassLoader(),
              new Class<?>[] {Waiting.class},
              (proxy, method, arguments) -> {
                throw new AssertionError(method);
              });

  /** Who keeps it may have died, and its death not have come here yet. */
  @Test
  void whatTheStoreHasNoMoreIsLost() {
    var failures = new FailureReporter(true, () -> System.err);
    try (ObjectStore store = ObjectStore.open(ObjectStoreConfig.ofCapacity(1 << 20), SELF)) {
      ValueSerializers serializers =
          ValueSerializers.forLoader(ValuesTest.class.getClassLoader()).build();
      OwnerShell owner =
          new OwnerShell(
              SELF,
              new OwnerShell.Peers(new LocalTransport(), NODE, NODE, 0),
              () -> store,
              serializers,
              () -> 1,
              new RefCollector(failures, "test"),
              failures,
              NO_WAITING);
      Outcome stored = new Outcome.Stored(NODE, 77, 1_000, List.of(), null);
      ObjectId id = new ObjectId(SELF, 5);

      assertThatThrownBy(() -> owner.values().read(stored, id))
          .isInstanceOf(ObjectLostException.class)
          .hasMessageContaining("object " + id + " is gone from the object store")
          .hasNoCause();
      assertThatThrownBy(() -> owner.values().readArgument(stored, new Acquired()))
          .isInstanceOf(ObjectLostException.class);
    }
  }
}
