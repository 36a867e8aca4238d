package ray.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import ray.ActorRef;
import ray.NotSerializableException;
import ray.ObjectRef;
import ray.OutOfStoreMemoryException;
import ray.Ray;
import ray.RayStateException;
import ray.ValueSerializer;

/**
 * Values: nobody sees another's mutation, large ones live in the store, views of them outlive their
 * refs, and refs that tasks return belong to their callers.
 */
@Timeout(120)
class ValuesTest {
  private static final int MIB = 1 << 20;

  record Point(int x, int y) {}

  static final class Connection {
    final Thread thread = Thread.currentThread();
  }

  static final class Session {
    final List<Connection> connections = new ArrayList<>(List.of(new Connection()));
  }

  static final class Opaque {
    private final Thread keeper;
    final int secret;

    Opaque(int secret) {
      this.secret = secret;
      this.keeper = Thread.currentThread();
    }
  }

  static class Holder {
    private final List<Integer> list = new ArrayList<>(List.of(1));

    List<Integer> list() {
      return list;
    }

    int size() {
      return list.size();
    }
  }

  static List<Integer> append(List<Integer> list) {
    list.add(99);
    return list;
  }

  static ByteBuffer zeros(int bytes) {
    ByteBuffer buffer = ByteBuffer.allocate(bytes);
    for (int i = 0; i < bytes; i++) {
      buffer.put(i, (byte) i);
    }
    return buffer;
  }

  static List<ObjectRef<byte[]>> batches(int count) {
    return IntStream.range(0, count).mapToObj(i -> Ray.put(new byte[MIB])).toList();
  }

  static ObjectRef<List<ObjectRef<Integer>>> nestedBatches() {
    return Ray.put(List.of(Ray.remote(() -> 5).remote(), Ray.put(6)));
  }

  private static long storeUsed() {
    return Ray.nodes().getFirst().objectStoreUsedBytes();
  }

  private static void awaitEmptyStore() {
    TestRay.awaitCollected("the store is empty", () -> storeUsed() == 0);
  }

  @Test
  void tasksDoNotSeeEachOthersMutations() throws Exception {
    TestRay.with(ray -> {
      List<Integer> mine = new ArrayList<>(List.of(1, 2));
      ObjectRef<List<Integer>> put = Ray.put(mine);
      ObjectRef<List<Integer>> direct = Ray.remote(ValuesTest::append).remote(mine);
      mine.add(3);
      assertThat(direct.get()).containsExactly(1, 2, 99);
      assertThat(Ray.remote(ValuesTest::append).remote(put).get()).containsExactly(1, 2, 99);
      assertThat(Ray.remote(ValuesTest::append).remote(put).get()).containsExactly(1, 2, 99);
      put.get().add(100);
      assertThat(put.get()).containsExactly(1, 2);
      assertThat(mine).containsExactly(1, 2, 3);
    });
  }

  @Test
  void actorKeepsItsStateToItself() throws Exception {
    TestRay.with(ray -> {
      ActorRef<Holder> holder = Ray.actor(Holder::new).remote();
      holder.call(Holder::list).get().add(2);
      assertThat(holder.call(Holder::size).get()).isEqualTo(1);
    });
  }

  @Test
  void immutableValuesAreShared() throws Exception {
    TestRay.with(ray -> {
      Point point = new Point(1, 2);
      assertThat(Ray.put(point).get()).isSameAs(point);
      int[] mutable = {1};
      assertThat(Ray.put(mutable).get()).isNotSameAs(mutable).containsExactly(1);
    });
  }

  @Test
  @OneJvm("a task elsewhere has no other way than by a copy")
  void immutableValuesAreSharedWithTasks() throws Exception {
    TestRay.with(ray -> {
      String text = new String("text");
      assertThat(Ray.remote((String s) -> s).remote(text).get()).isSameAs(text);
    });
  }

  @Test
  void nullIsAValue() throws Exception {
    TestRay.with(ray -> {
      assertThat(Ray.put(null).get()).isNull();
      assertThat(Ray.remote((String s) -> s == null).remote((String) null).get()).isTrue();
    });
  }

  @Test
  void whatCannotBeSerializedIsNamedWithThePathToIt() throws Exception {
    TestRay.with(ray -> {
      Map<String, Session> sessions = new HashMap<>(Map.of("main", new Session()));
      assertThatThrownBy(() -> Ray.put(sessions))
          .isInstanceOf(NotSerializableException.class)
          .hasMessageContaining("HashMap[\"main\"].connections[0].thread (")
          .hasMessageContaining("a thread belongs to its JVM");
      assertThatThrownBy(() -> Ray.remote((Session s) -> 1).remote(new Session()))
          .isInstanceOf(NotSerializableException.class);
      assertThatThrownBy(Ray.remote(Session::new).remote()::get)
          .isInstanceOf(NotSerializableException.class)
          .hasMessageContaining("thread belongs to its JVM");
      Connection captured = new Connection();
      assertThatThrownBy(() -> Ray.remote(() -> captured.thread.getName()).remote())
          .isInstanceOf(NotSerializableException.class)
          .hasMessageContaining("thread belongs to its JVM");
      ObjectRef<Session> promised =
          ray.fromFuture(CompletableFuture.completedFuture(new Session()));
      assertThatThrownBy(() -> promised.get(TestRay.PATIENCE))
          .isInstanceOf(NotSerializableException.class);
    });
  }

  @Test
  void usersRegisterSerializers() throws Exception {
    TestRay.with(
        TestRay.options()
            .serializer(
                Opaque.class,
                new ValueSerializer<Opaque>() {
                  @Override
                  public Object replace(Opaque value) {
                    return value.secret;
                  }

                  @Override
                  public Opaque restore(Object surrogate) {
                    return new Opaque((Integer) surrogate);
                  }
                }),
        ray -> {
          assertThat(Ray.put(List.of(new Opaque(41))).get().getFirst().secret).isEqualTo(41);
          assertThat(Ray.remote((Opaque o) -> o.secret + 1).remote(new Opaque(1)).get())
              .isEqualTo(2);
        });
  }

  @Test
  void largeBuffersAreViewsOfTheStore() throws Exception {
    TestRay.with(ray -> {
      ObjectRef<ByteBuffer> ref = Ray.remote(ValuesTest::zeros).remote(4 * MIB);
      ByteBuffer first = ref.get(TestRay.PATIENCE);
      ByteBuffer second = ref.get();
      assertThat(first.isDirect()).isTrue();
      assertThat(first.isReadOnly()).isTrue();
      assertThat(first.remaining()).isEqualTo(4 * MIB);
      assertThat(first.get(200)).isEqualTo((byte) 200);
      assertThat(MemorySegment.ofBuffer(first).address())
          .isEqualTo(MemorySegment.ofBuffer(second).address());
      assertThat(storeUsed()).isBetween(4L * MIB, 5L * MIB);
    });
  }

  @Test
  void viewOutlivesItsRefAndItsMemoryComesBackWithTheLastView() throws Exception {
    checkThatViewOutlivesItsRef(ValuesTest::sliceOfClosedRef);
  }

  @Test
  void viewOfAnOwnPutOutlivesItsRefToo() throws Exception {
    checkThatViewOutlivesItsRef(ValuesTest::sliceOfClosedPut);
  }

  private static void checkThatViewOutlivesItsRef(Supplier<ByteBuffer> sliceOfClosed)
      throws Exception {
    TestRay.with(ray -> {
      byte[] expected = zeros(4 * MIB).array();
      ByteBuffer slice = sliceOfClosed.get();
      // when others want the memory
      for (int i = 0; i < 20; i++) {
        Ray.put(new byte[4 * MIB]).close();
        System.gc();
      }
      for (int i = 0; i < slice.remaining(); i += 999) {
        assertThat(slice.get(i)).isEqualTo(expected[MIB + i]);
      }
      assertThat(storeUsed()).isGreaterThanOrEqualTo(4L * MIB);
      slice = null;
      awaitEmptyStore();
    });
  }

  private static ByteBuffer sliceOfClosedRef() {
    try (ObjectRef<ByteBuffer> ref = Ray.remote(ValuesTest::zeros).remote(4 * MIB)) {
      return ref.get(TestRay.PATIENCE).slice(MIB, MIB);
    }
  }

  private static ByteBuffer sliceOfClosedPut() {
    try (ObjectRef<ByteBuffer> ref = Ray.put(zeros(4 * MIB))) {
      return ref.get(TestRay.PATIENCE).slice(MIB, MIB);
    }
  }

  @Test
  void largeValuesAreFreedWhenTheirRefsGo() throws Exception {
    TestRay.with(ray -> {
      for (int i = 0; i < 100; i++) {
        try (ObjectRef<byte[]> ref = Ray.put(new byte[2 * MIB])) {
          assertThat(Ray.remote((byte[] bytes) -> bytes.length).remote(ref).get())
              .isEqualTo(2 * MIB);
        }
      }
      awaitEmptyStore();
      // and when nobody closes them
      for (int i = 0; i < 100; i++) {
        Ray.put(new byte[2 * MIB]);
      }
      awaitEmptyStore();
    });
  }

  @Test
  void putIntoAFullStoreWaitsForRoom() throws Exception {
    TestRay.with(
        TestRay.options().objectStore(8L * MIB),
        ray -> {
          ObjectRef<byte[]> first = Ray.put(new byte[6 * MIB]);
          CompletableFuture<ObjectRef<byte[]>> second = new CompletableFuture<>();
          Thread putter =
              Thread.ofPlatform().start(() -> second.complete(ray.put(new byte[6 * MIB])));
          TestRay.await("it waits", () -> putter.getState() != Thread.State.RUNNABLE);
          assertThat(second).isNotDone();

          first.close();

          assertThat(second.get(30, java.util.concurrent.TimeUnit.SECONDS).get()).hasSize(6 * MIB);
        });
  }

  @Test
  void putThatFindsNoRoomInTimeFails() throws Exception {
    TestRay.with(
        TestRay.options().objectStore(8L * MIB).putTimeout(Duration.ofMillis(50)),
        ray -> {
          ObjectRef<byte[]> first = Ray.put(new byte[6 * MIB]);
          assertThatThrownBy(() -> Ray.put(new byte[6 * MIB]))
              .isInstanceOf(OutOfStoreMemoryException.class)
              .hasMessageContaining("8,388,608");
          assertThatThrownBy(() -> Ray.put(new byte[64 * MIB]))
              .isInstanceOf(OutOfStoreMemoryException.class);
          assertThat(first.get()).hasSize(6 * MIB);
        });
  }

  @Test
  void refsThatATaskReturnsBelongToItsCaller() throws Exception {
    TestRay.with(ray -> {
      List<ObjectRef<byte[]>> batches =
          Ray.remote(ValuesTest::batches).remote(3).get(TestRay.PATIENCE);
      for (ObjectRef<byte[]> batch : batches) {
        System.gc();
        assertThat(batch.get(TestRay.PATIENCE)).hasSize(MIB);
      }
      batches.forEach(ObjectRef::close);
      batches = null;
      awaitEmptyStore();
    });
  }

  @Test
  void refsInsideReturnedAliasesLiveToo() throws Exception {
    TestRay.with(ray -> {
      List<ObjectRef<Integer>> inner =
          Ray.remote(ValuesTest::nestedBatches).remote().get(TestRay.PATIENCE);
      for (int i = 0; i < 3; i++) {
        System.gc();
      }
      assertThat(Ray.get(inner, TestRay.PATIENCE)).containsExactly(5, 6);
    });
  }

  @Test
  void resultThatCannotBeSerializedLeavesNothingOfThoseBeforeIt() throws Exception {
    TestRay.with(ray -> {
      List<ObjectRef<Object>> refs =
          Ray.remoteMany(2, () -> List.<Object>of(new byte[MIB], new Session())).remote();
      for (ObjectRef<Object> ref : refs) {
        assertThatThrownBy(() -> ref.get(TestRay.PATIENCE))
            .isInstanceOf(NotSerializableException.class);
      }
      awaitEmptyStore();
    });
  }

  @Test
  void refInsideAStoredValueLivesAsLongAsTheValue() throws Exception {
    TestRay.with(ray -> {
      ObjectRef<byte[]> inner = Ray.put(new byte[MIB]);
      ObjectRef<List<ObjectRef<byte[]>>> outer = Ray.put(List.of(inner));
      inner.close();
      assertThat(storeUsed()).isPositive();
      ObjectRef<byte[]> read = outer.get().getFirst();
      assertThat(read.get()).hasSize(MIB);
      outer.close();
      read.close();
      awaitEmptyStore();
    });
  }

  @Test
  void refsToOneObjectAreTheSame() throws Exception {
    TestRay.with(ray -> {
      ObjectRef<Integer> ref = Ray.put(1);
      assertThat(Ray.put(List.of(ref, ref)).get()).allSatisfy(r -> assertThat(r).isSameAs(ref));
    });
  }

  @Test
  void closedRefSaysSo() throws Exception {
    TestRay.with(ray -> {
      ObjectRef<Integer> ref = Ray.put(1);
      ref.close();
      ref.close();
      assertThatThrownBy(ref::get)
          .isInstanceOf(RayStateException.class)
          .hasMessageContaining("closed");
      assertThatThrownBy(() -> Ray.remote((Integer x) -> x).remote(ref))
          .isInstanceOf(RayStateException.class);
    });
  }

  @Test
  void closingARefLeavesTheTaskThatTakesItAlone() throws Exception {
    TestRay.with(
        TestRay.options().cpus(1),
        ray -> {
          Gate gate = Gate.closed();
          ObjectRef<Void> first = Ray.remote((Gate g) -> g.pass()).remote(gate);
          ObjectRef<byte[]> argument = Ray.put(new byte[MIB]);
          ObjectRef<Integer> length =
              Ray.remote((byte[] b, List<ObjectRef<byte[]>> more) ->
                      b.length + more.getFirst().get().length)
                  .remote(argument, List.of(argument));
          argument.close();
          gate.open();
          assertThat(length.get(TestRay.PATIENCE)).isEqualTo(2 * MIB);
          first.close();
          awaitEmptyStore();
        });
  }
}
