package ray.runtime.serialization;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.StringReader;
import java.lang.foreign.Arena;
import java.lang.invoke.MethodHandles;
import java.lang.ref.WeakReference;
import java.net.Socket;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ForkJoinPool;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What can't travel is refused with its class, the way to it, and what to do. */
class UnserializableTest {
  private final ValueSerializers serializers =
      ValueSerializers.forLoader(getClass().getClassLoader()).build();

  static class Order {
    final int number = 1;
    Customer customer = new Customer();
  }

  static class Customer {
    @Nullable Object connection;
    transient Thread notWritten = new Thread();
  }

  private UnserializableValueException failureOf(Object value) {
    try {
      serializers.serialize(value, new HandleTable());
    } catch (UnserializableValueException e) {
      return e;
    }
    throw new AssertionError("was serialized: " + value);
  }

  @Test
  void theMessageNamesTheClassThePathAndTheWayOut() throws Exception {
    Order order = new Order();
    try (Socket socket = new Socket()) {
      order.customer.connection = socket;

      UnserializableValueException failure = failureOf(order);

      assertThat(failure)
          .hasMessage(
              "Can't serialize Order.customer.connection (java.net.Socket): an open socket can't"
                  + " travel; connect inside the task");
      assertThat(failure.offendingClass()).isEqualTo(Socket.class);
      assertThat(failure.path()).isEqualTo("Order.customer.connection");
      assertThat(failure.reason()).startsWith("an open socket");
    }
  }

  @Test
  void aTransientOrEmptyFieldDoesNotMatter() {
    assertThat(serializers.copy(new Order()).customer.connection).isNull();
  }

  record Pair(@Nullable Object left, @Nullable Object right) {}

  @Test
  void thePathGoesThroughEveryKindOfContainer() {
    Thread thread = new Thread(() -> {});
    Map<String, Object> map = new HashMap<>();
    map.put("key", Optional.of(new Object[] {1, new Pair(null, thread)}));

    assertThat(failureOf(new ArrayList<>(Arrays.asList(1, map))).path())
        .isEqualTo("ArrayList[1][\"key\"].value[1].right");
  }

  @Test
  void thePathGoesThroughCyclesExceptionsAndWhatIsCaptured() {
    Thread thread = new Thread(() -> {});
    List<Object> cyclic = new ArrayList<>();
    cyclic.add(cyclic);
    cyclic.add(new IllegalStateException(new Carrier(thread)));
    Object anonymous =
        new Object() {
          @Override
          public String toString() {
            return thread.getName();
          }
        };

    assertThat(failureOf(cyclic).path()).isEqualTo("ArrayList[1].cause.load");
    assertThat(failureOf(new Pair(anonymous, null)).path())
        .isEqualTo("Pair.left.<captured thread>");
  }

  static class Carrier extends RuntimeException {
    private static final long serialVersionUID = 1;
    final transient Object notWritten = new Object();
    final Object load;

    Carrier(Object load) {
      this.load = load;
    }
  }

  static class OwnStream extends InputStream {
    @Override
    public int read() {
      return -1;
    }
  }

  static Stream<Object> refused() throws Exception {
    return Stream.of(
        new Thread(() -> {}),
        Thread.ofVirtual().unstarted(() -> {}),
        new ThreadLocal<>(),
        ClassLoader.getSystemClassLoader(),
        Object.class.getModule(),
        MethodHandles.lookup(),
        MethodHandles.identity(int.class),
        Arena.global(),
        new WeakReference<>("x"),
        new ByteArrayInputStream(new byte[0]),
        new ByteArrayOutputStream(),
        new StringReader("x"),
        new OwnStream(),
        new Socket(),
        ForkJoinPool.commonPool(),
        new CompletableFuture<>(),
        new CountDownLatch(1),
        Stream.of(1),
        new ArrayList<>(List.of(1)).iterator(),
        new HashMap<>(Map.of(1, 2)).keySet(),
        ProcessHandle.current(),
        (Runnable) () -> {});
  }

  @ParameterizedTest(autoCloseArguments = false)
  @MethodSource("refused")
  void whatStandsForSomethingOutsideTheHeapIsRefused(Object value) {
    UnserializableValueException failure = failureOf(new Pair(1, value));

    assertThat(failure.offendingClass()).isEqualTo(value.getClass());
    assertThat(failure.path()).isEqualTo("Pair.right");
    assertThat(failure.reason()).isNotBlank();
  }

  @Test
  void aFailureLeavesTheSerializersUsable() {
    for (int round = 0; round < 100; round++) {
      failureOf(new Pair(new ArrayList<>(List.of(1)), new Thread(() -> {})));

      Pair pair = new Pair(new ArrayList<>(List.of(round)), "ok");
      assertThat(serializers.copy(pair)).isEqualTo(pair);
    }
  }

  @Test
  void anExceptionOfTheUsersSerializerReachesThem() {
    serializers.register(
        Customer.class,
        new SurrogateCodec<>() {
          @Override
          public Object replace(Customer value) {
            throw new IllegalStateException("no customer leaves");
          }

          @Override
          public Customer restore(Object surrogate) {
            return new Customer();
          }
        });

    assertThatThrownBy(() -> serializers.serialize(new Order(), new HandleTable()))
        .isInstanceOf(UnserializableValueException.class)
        .hasMessageContaining("no customer leaves")
        .hasRootCauseInstanceOf(IllegalStateException.class);
  }
}
