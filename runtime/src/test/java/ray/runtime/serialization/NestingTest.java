package ray.runtime.serialization;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.Serializable;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import ray.runtime.serialization.ValueSerializersTest.Mode;

/** How deep a value may nest where the stack has room for more than is allowed. */
class NestingTest {
  private static final long STACK_BYTES = 128 << 20;

  private record Link(@Nullable Object next) implements Serializable {}

  private final HandleTable handles = new HandleTable();

  @ParameterizedTest
  @EnumSource(Mode.class)
  void aChainThatTheStackHasRoomForComesBack(Mode mode) throws Exception {
    int depth = ForySession.MAX_DEPTH * 3 / 4;

    int copied = onLargeStack(() -> depthOf(copy(mode, chain(depth))));

    assertThat(copied).isEqualTo(depth);
  }

  @ParameterizedTest
  @EnumSource(Mode.class)
  void aDeeperOneIsRefusedWithTheNumberThatIsAllowed(Mode mode) {
    Object chain = chain(2 * ForySession.MAX_DEPTH);

    assertThatThrownBy(() -> onLargeStack(() -> copy(mode, chain)))
        .cause()
        .isInstanceOf(UnreadableValueException.class)
        .hasMessageContaining("nested too deeply: 32,768 objects may");
  }

  private @Nullable Object copy(Mode mode, Object value) {
    ValueSerializers serializers = mode.serializers();
    return serializers.deserialize(serializers.serialize(value, handles), handles);
  }

  private static Object chain(int depth) {
    Object chain = "end";
    for (int link = 0; link < depth; link++) {
      chain = new Link(chain);
    }
    return chain;
  }

  private static int depthOf(@Nullable Object chain) {
    int depth = 0;
    for (Object at = chain; at instanceof Link link; at = link.next()) {
      depth++;
    }
    return depth;
  }

  private static <T> T onLargeStack(Callable<T> work) throws Exception {
    var task = new FutureTask<>(work);
    new Thread(null, task, "large stack", STACK_BYTES).start();
    return task.get();
  }
}
