package ray.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import ray.core.store.CopyKind;
import ray.core.store.CreateFailure;
import ray.core.store.Holder;
import ray.core.store.StoreStats;

class ObjectStoreTest {
  private static final long OWNER = 7;
  private static final long OTHER = 8;
  private static final int MIB = 1 << 20;
  private static final Duration SHORT = Duration.ofMillis(30);

  private final ObjectStore store =
      ObjectStore.open(ObjectStoreConfig.ofCapacity(4 * MIB).withMaxWaitingCreates(2), 1);

  @AfterEach
  void close() {
    store.close();
  }

  private void put(long key, int sizeBytes) throws InterruptedException {
    try (WritableObject object = store.create(key, sizeBytes, OWNER)) {
      object.segment().fill((byte) key);
      object.seal();
    }
  }

  private static <T> FutureTask<T> start(Callable<T> work) {
    var task = new FutureTask<>(work);
    Thread.ofVirtual().start(task);
    return task;
  }

  private void awaitWaitingCreates(int count) {
    while (store.stats().waitingCreates() != count) {
      Thread.onSpinWait();
    }
  }

  @Test
  void arraysComeBackAsTheyWerePut() throws InterruptedException {
    long[] data = LongStream.range(0, 1000).toArray();
    try (WritableObject object = store.create(1, 8000, OWNER)) {
      assertThat(object.sizeBytes()).isEqualTo(8000);
      object.copyFrom(MemorySegment.ofArray(data));
      assertThat(object.seal()).isTrue();
    }
    long[] all = new long[1000];
    store.copyTo(1, 0, MemorySegment.ofArray(all));
    assertThat(all).isEqualTo(data);
    long[] some = new long[10];
    store.copyTo(1, 800, MemorySegment.ofArray(some));
    assertThat(some).isEqualTo(LongStream.range(100, 110).toArray());
    assertThat(store.view(1).toArray(ValueLayout.JAVA_LONG)).isEqualTo(data);
    assertThat(store.toByteArray(1)).hasSize(8000);
    assertThatThrownBy(() -> store.copyTo(1, 7992, MemorySegment.ofArray(some)))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThat(store.stats().readBytes()).isLessThanOrEqualTo(8000);
  }

  @Test
  void partsAreWrittenInPlace() throws InterruptedException {
    try (WritableObject object = store.create(1, 12, OWNER)) {
      object.buffer().putInt(0, 1);
      object.copyFrom(MemorySegment.ofArray(new int[] {2, 3}), 4);
      assertThatThrownBy(() -> object.copyFrom(MemorySegment.ofArray(new int[] {4}), 12))
          .isInstanceOf(IndexOutOfBoundsException.class);
      object.seal();
    }
    assertThat(store.view(1).toArray(ValueLayout.JAVA_INT)).containsExactly(1, 2, 3);
  }

  @Test
  void objectIsThereFromSealToRelease() throws InterruptedException {
    WritableObject object = store.create(1, 10, OWNER);
    assertThat(store.contains(1)).isFalse();
    assertThatThrownBy(() -> store.view(1))
        .isInstanceOf(ObjectNotFoundException.class)
        .hasMessageContaining("key 1");
    object.seal();
    object.close();
    assertThat(store.contains(1)).isTrue();
    assertThat(store.release(1, OWNER)).isTrue();
    assertThat(store.contains(1)).isFalse();
    assertThat(store.usedBytes()).isZero();
  }

  @Test
  void objectThatIsNotSealedLeavesNothing() throws InterruptedException {
    try (WritableObject object = store.create(1, MIB, OWNER)) {
      assertThat(store.usedBytes()).isEqualTo(MIB);
      assertThat(object.segment().byteSize()).isEqualTo(MIB);
    }
    assertThat(store.usedBytes()).isZero();
  }

  @Test
  void sealedObjectCannotBeWritten() throws InterruptedException {
    WritableObject object = store.create(1, 10, OWNER);
    object.seal();
    assertThatThrownBy(object::segment).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(object::buffer).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(object::seal).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> object.copyFrom(MemorySegment.ofArray(new byte[1])))
        .isInstanceOf(IllegalStateException.class);
    object.close();
    assertThat(store.contains(1)).isTrue();
  }

  @Test
  void ownerThatDiesLeavesTheBytesToTheWriter() throws InterruptedException {
    try (WritableObject object = store.create(1, MIB, OWNER)) {
      store.processDied(OWNER);
      object.segment().fill((byte) 3);
      assertThat(store.usedBytes()).isEqualTo(MIB);
      assertThat(object.seal()).isFalse();
    }
    assertThat(store.usedBytes()).isZero();
  }

  @Test
  void readLetsGoAtOnce() throws InterruptedException {
    put(1, MIB);
    ReadableObject read = store.read(1);
    store.release(1, OWNER);
    assertThat(read.segment().get(ValueLayout.JAVA_BYTE, 9)).isEqualTo((byte) 1);
    assertThat(read.segment().isReadOnly()).isTrue();
    assertThat(store.usedBytes()).isEqualTo(MIB);
    read.close();
    read.close();
    assertThat(store.usedBytes()).isZero();
    assertThatThrownBy(read::segment).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void everyOwnerKeepsTheObject() throws InterruptedException {
    put(1, 10);
    assertThat(store.pin(1, OTHER)).isTrue();
    store.release(1, OWNER);
    assertThat(store.contains(1)).isTrue();
    store.processDied(OTHER);
    assertThat(store.contains(1)).isFalse();
    assertThat(store.pin(1, OTHER)).isFalse();
  }

  @Test
  void createWaitsForRoomAndGetsIt() throws Exception {
    put(1, 3 * MIB);
    FutureTask<WritableObject> creating = start(() -> store.create(2, 2 * MIB, OWNER));
    awaitWaitingCreates(1);
    assertThat(creating.isDone()).isFalse();

    store.release(1, OWNER);

    try (WritableObject object = creating.get()) {
      assertThat(object.seal()).isTrue();
    }
    assertThat(store.contains(2)).isTrue();
  }

  @Test
  void waitingCreateLetsTheRuntimeReleaseDeadRefs() throws InterruptedException {
    put(1, 4 * MIB);
    store.onFull(() -> store.release(1, OWNER));
    put(2, MIB);
    assertThat(store.contains(2)).isTrue();
  }

  @Test
  void createThatFindsNoRoomInTimeNamesWhoHoldsIt() throws InterruptedException {
    put(1, 3 * MIB);
    long startNs = System.nanoTime();
    var failed =
        catchThrowableOfType(
            CreateFailedException.class,
            () -> store.create(2, 2 * MIB, OWNER, CopyKind.PRIMARY, SHORT));
    assertThat(System.nanoTime() - startNs).isGreaterThanOrEqualTo(SHORT.toNanos());
    assertThat(failed.failure())
        .isInstanceOfSatisfying(
            CreateFailure.TimedOut.class,
            timedOut ->
                assertThat(timedOut.topHolders())
                    .containsExactly(new Holder(OWNER, 1, 3 * MIB, 3 * MIB, 0)));
    assertThat(failed).hasMessageContaining("Process 7 keeps 3,145,728 bytes");
    assertThat(store.stats().waitingCreates()).isZero();
    put(2, MIB);
  }

  @Test
  void interruptedCreateLeavesNothing() throws Exception {
    put(1, 4 * MIB);
    var thread = new Thread[1];
    var ready = new CountDownLatch(1);
    FutureTask<WritableObject> creating =
        start(() -> {
          thread[0] = Thread.currentThread();
          ready.countDown();
          return store.create(2, MIB, OWNER);
        });
    ready.await();
    awaitWaitingCreates(1);
    thread[0].interrupt();
    assertThatThrownBy(creating::get)
        .isInstanceOf(ExecutionException.class)
        .hasCauseInstanceOf(InterruptedException.class);
    store.release(1, OWNER);
    assertThat(store.usedBytes()).isZero();
    assertThat(store.stats().waitingCreates()).isZero();
  }

  @Test
  void onlySoManyCreatesMayWait() throws InterruptedException {
    put(1, 4 * MIB);
    List<FutureTask<WritableObject>> creating = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      long key = 10 + i;
      creating.add(start(() -> store.create(key, MIB, OWNER)));
    }
    awaitWaitingCreates(2);
    assertThatThrownBy(() -> store.create(20, MIB, OWNER))
        .isInstanceOf(CreateFailedException.class)
        .hasMessageContaining("2 creates wait");
    store.close();
    for (FutureTask<WritableObject> create : creating) {
      assertThatThrownBy(create::get).hasCauseInstanceOf(StoreClosedException.class);
    }
  }

  @Test
  void releasingWhatStillWaitsFailsIt() throws InterruptedException {
    put(1, 4 * MIB);
    FutureTask<WritableObject> creating = start(() -> store.create(2, MIB, OWNER));
    awaitWaitingCreates(1);
    store.release(2, OWNER);
    assertThatThrownBy(creating::get).hasCauseInstanceOf(CreateFailedException.class);
  }

  @Test
  void tooLargeObjectAndTakenKeyAreRefused() throws InterruptedException {
    assertThat(store.maxObjectBytes()).isEqualTo(4 * MIB);
    assertThatThrownBy(() -> store.create(1, 4 * MIB + 1, OWNER))
        .isInstanceOf(CreateFailedException.class)
        .hasMessageContaining("4,194,305 bytes is too large");
    put(1, 10);
    assertThatThrownBy(() -> store.create(1, 10, OWNER))
        .isInstanceOf(CreateFailedException.class)
        .hasMessageContaining("already has");
    assertThat(store.contains(1)).isTrue();
  }

  @Test
  void secondaryCopiesAreEvictedUnlessTheyAreViewed() throws InterruptedException {
    for (int key = 1; key <= 2; key++) {
      try (WritableObject copy = store.create(key, 2 * MIB, OWNER, CopyKind.SECONDARY, SHORT)) {
        copy.segment().fill((byte) key);
        copy.seal();
      }
    }
    try (ReadableObject read = store.read(1)) {
      put(3, 2 * MIB);
      assertThat(store.contains(2)).isFalse();
      assertThat(read.segment().get(ValueLayout.JAVA_BYTE, 2 * MIB - 1)).isEqualTo((byte) 1);
    }
    assertThat(store.discard(1)).isTrue();
    assertThat(store.contains(1)).isFalse();
  }

  @Test
  void statisticsAddUp() throws InterruptedException {
    put(1, MIB);
    put(2, MIB);
    try (WritableObject unsealed = store.create(3, 100, OWNER);
        ReadableObject read = store.read(2)) {
      assertThat(unsealed.key()).isEqualTo(3);
      assertThat(read.segment().byteSize()).isEqualTo(MIB);
      StoreStats stats = store.stats();
      assertThat(stats.capacityBytes()).isEqualTo(4 * MIB);
      assertThat(stats.usedBytes()).isEqualTo(2 * MIB + 128);
      assertThat(stats.objects()).isEqualTo(3);
      assertThat(stats.unsealedObjects()).isEqualTo(1);
      assertThat(stats.readObjects()).isEqualTo(1);
      assertThat(stats.readBytes()).isEqualTo(MIB);
      assertThat(store.objects(1).getFirst().owners()).containsExactly(OWNER);
      assertThat(store.topHolders(1).getFirst().process()).isEqualTo(OWNER);
    }
  }

  @Test
  void closedStoreSaysSo() throws InterruptedException {
    put(1, 10);
    ReadableObject read = store.read(1);
    WritableObject written = store.create(2, 10, OWNER);
    store.close();
    store.close();
    assertThatThrownBy(() -> store.view(1)).isInstanceOf(StoreClosedException.class);
    assertThatThrownBy(() -> store.create(3, 10, OWNER)).isInstanceOf(StoreClosedException.class);
    assertThat(read.segment().get(ValueLayout.JAVA_BYTE, 9)).isEqualTo((byte) 1);
    written.segment().fill((byte) 1);
    written.seal();
    read.close();
  }

  @Test
  void closingOneStoreLeavesOthersAlone() throws InterruptedException {
    put(1, MIB);
    MemorySegment view = store.view(1);
    for (MemoryKind kind : MemoryKind.values()) {
      try (ObjectStore other =
              ObjectStore.open(ObjectStoreConfig.ofCapacity(MIB).withMemoryKind(kind), 1);
          WritableObject object = other.create(1, MIB, OWNER)) {
        object.segment().fill((byte) 9);
        object.seal();
      }
    }
    assertThat(view.get(ValueLayout.JAVA_BYTE, 0)).isEqualTo((byte) 1);
    assertThat(view.get(ValueLayout.JAVA_BYTE, MIB - 1)).isEqualTo((byte) 1);
  }

  @Test
  void largeUntouchedObjectIsCopiedByAllCoresAndRight() throws InterruptedException {
    long[] data = LongStream.range(0, BulkCopy.PARALLEL_BYTES / 8 + 12_345).toArray();
    long size = 8L * data.length;
    try (ObjectStore large = ObjectStore.open(ObjectStoreConfig.ofCapacity(2 * size + 128), 1)) {
      try (WritableObject object = large.create(1, size, OWNER)) {
        object.copyFrom(MemorySegment.ofArray(data));
        object.seal();
      }
      try (ReadableObject read = large.read(1)) {
        assertThat(read.segment().mismatch(MemorySegment.ofArray(data))).isEqualTo(-1);
      }
      try (WritableObject object = large.create(2, size, OWNER);
          Arena arena = Arena.ofConfined()) {
        MemorySegment confined = arena.allocate(size, 8);
        confined.copyFrom(MemorySegment.ofArray(data));
        object.copyFrom(confined);
        object.seal();
      }
      try (ReadableObject read = large.read(2)) {
        assertThat(read.segment().mismatch(MemorySegment.ofArray(data))).isEqualTo(-1);
      }
    }
  }

  @Test
  void warmerDoesNotDisturbAnybody() throws InterruptedException {
    var config = ObjectStoreConfig.ofCapacity(64 * MIB).withWarmAheadBytes(8 * MIB);
    try (ObjectStore warmed = ObjectStore.open(config, 1)) {
      byte[] data = new byte[MIB];
      for (int key = 1; key <= 40; key++) {
        Arrays.fill(data, (byte) key);
        try (WritableObject object = warmed.create(key, MIB, OWNER)) {
          object.copyFrom(MemorySegment.ofArray(data));
          object.seal();
        }
      }
      for (int key = 1; key <= 40; key++) {
        Arrays.fill(data, (byte) key);
        assertThat(warmed.toByteArray(key)).isEqualTo(data);
      }
    }
  }

  @Test
  void manyThreadsPutReadAndReleaseWithoutMixingTheirBytes() throws Exception {
    int threads = 8;
    int rounds = 400;
    var nextKey = new AtomicInteger(1000);
    List<FutureTask<Void>> tasks = new ArrayList<>();
    for (int t = 0; t < threads; t++) {
      int seed = t;
      tasks.add(start(() -> putReadAndRelease(nextKey, rounds, seed)));
    }
    for (FutureTask<Void> task : tasks) {
      task.get();
    }
    assertThat(Collector.collectUntil(store, () -> store.usedBytes() == 0)).isTrue();
    assertThat(store.stats().objects()).isZero();
    assertThat(store.stats().largestFreeBytes()).isEqualTo(4 * MIB);
  }

  private Void putReadAndRelease(AtomicInteger nextKey, int rounds, int seed)
      throws InterruptedException {
    var random = new SplittableRandom(seed);
    for (int i = 0; i < rounds; i++) {
      long key = nextKey.getAndIncrement();
      int size = 1 + random.nextInt(MIB / 4);
      byte fill = (byte) key;
      try (WritableObject object = createPatiently(key, size)) {
        object.segment().fill(fill);
        if (random.nextInt(10) == 0) {
          continue;
        }
        assertThat(object.seal()).isTrue();
      }
      if (random.nextInt(4) == 0) {
        MemorySegment view = store.view(key).asSlice(size / 2);
        store.release(key, OWNER);
        assertAll(view, fill);
      } else {
        try (ReadableObject read = store.read(key)) {
          store.release(key, OWNER);
          assertAll(read.segment(), fill);
        }
      }
    }
    return null;
  }

  /** Only two may wait here; the others come again. */
  private WritableObject createPatiently(long key, int size) throws InterruptedException {
    while (true) {
      try {
        return store.create(key, size, OWNER);
      } catch (CreateFailedException e) {
        if (!(e.failure() instanceof CreateFailure.TooManyWaiting)) {
          throw e;
        }
        Thread.yield();
      }
    }
  }

  private static void assertAll(MemorySegment bytes, byte fill) {
    for (long at = 0; at < bytes.byteSize(); at++) {
      if (bytes.get(ValueLayout.JAVA_BYTE, at) != fill) {
        throw new AssertionError("byte " + at + " is of another object");
      }
    }
  }
}
