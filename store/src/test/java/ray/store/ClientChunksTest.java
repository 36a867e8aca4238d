package ray.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** A process that makes objects of memory which it got ahead. */
@EnabledOnOs(OS.LINUX)
class ClientChunksTest {
  private static final long NODE = 1;
  private static final long SELF = 7;
  private static final long OTHER = 8;
  private static final int SIZE = 1 << 17;

  private static final long CAPACITY = 512L * SIZE;

  private final ObjectStore store =
      ObjectStore.open(
          ObjectStoreConfig.ofCapacity(CAPACITY).withMemoryKind(MemoryKind.SHARED), NODE);
  private final LateNode node = new LateNode(store, SELF);
  private long nextChunk = 1_000_000;
  private final StoreClient client =
      new StoreClient(
          node,
          SELF,
          new SharedBanks(Objects.requireNonNull(store.sharedFile()), CAPACITY),
          () -> nextChunk++);

  @BeforeEach
  void tellWhatIsWantedBack() {
    store.onReturnChunk((process, chunk) -> client.returnChunk(chunk));
  }

  @AfterEach
  void close() {
    client.close();
    store.close();
  }

  private CompletableFuture<Boolean> put(long key, byte fill) throws InterruptedException {
    return put(key, SIZE, fill);
  }

  private CompletableFuture<Boolean> put(long key, long sizeBytes, byte fill)
      throws InterruptedException {
    try (WritableObject object = client.create(key, sizeBytes, SELF)) {
      object.segment().fill(fill);
      return object.sealSoon();
    }
  }

  /** The first put asks for a chunk, of 8 values, and the process has it with the answer. */
  private void putFirst() throws InterruptedException {
    put(1, (byte) 1);
    node.read();
    assertThat(store.stats().chunkBytes()).isEqualTo(8L * SIZE);
  }

  @Test
  void mostPutsAskForNothing() throws Exception {
    putFirst();

    for (int i = 2; i < 102; i++) {
      put(i, (byte) i);
      node.read();
    }

    assertThat(node.creates).isEqualTo(1);
    assertThat(store.stats().objects()).isEqualTo(101);
    for (int i = 2; i < 102; i++) {
      assertThat(store.view(i).get(ValueLayout.JAVA_BYTE, SIZE - 1)).isEqualTo((byte) i);
    }
  }

  @Test
  void ownPutIsReadBeforeTheNodeHasAnswered() throws Exception {
    putFirst();

    CompletableFuture<Boolean> known = put(2, (byte) 2);

    assertThat(client.view(2).get(ValueLayout.JAVA_BYTE, 0)).isEqualTo((byte) 2);
    assertThat(known).isNotDone();
    node.read();
    assertThat(known.join()).isTrue();
  }

  @Test
  void nobodyHearsThatAPutWasTakenWhenItsProcessCountsAsDead() throws Exception {
    putFirst();
    store.processDied(SELF);

    CompletableFuture<Boolean> known = put(2, (byte) 2);
    node.read();

    assertThat(known.join()).isFalse();
    assertThat(store.stats().chunkBytes()).isZero();
    assertThat(store.usedBytes()).isZero();
  }

  @Test
  void objectThatIsGivenUpLeavesItsRoomToTheNext() throws Exception {
    putFirst();
    client.create(2, SIZE, SELF).close();

    put(3, (byte) 3);
    node.read();

    assertThat(store.stats().chunkBytes()).isEqualTo(7L * SIZE);
    assertThat(store.contains(2)).isFalse();
    assertThat(store.view(3).get(ValueLayout.JAVA_BYTE, 0)).isEqualTo((byte) 3);
  }

  @Test
  void valueOfAnotherOwnerIsThatOnes() throws Exception {
    putFirst();
    try (WritableObject object = client.create(2, SIZE, OTHER)) {
      assertThat(object.seal()).isTrue();
    }

    store.release(2, OTHER);

    assertThat(store.contains(2)).isFalse();
  }

  @Test
  void createThatWaitsGetsTheChunks() throws Exception {
    putFirst();
    store.create(500, 500L * SIZE, NODE).seal();

    // Waits until the chunk is given back, which happens while this asks for room.
    store.create(501, 5L * SIZE, NODE).seal();

    assertThat(store.stats().chunkBytes()).isZero();
    put(2, (byte) 2);
    node.read();
    assertThat(store.contains(2)).isTrue();
  }

  @Test
  void chunkThatIsWrittenToGoesBackWhenThatIsDone() throws Exception {
    putFirst();
    WritableObject written = client.create(2, SIZE, SELF);
    store.askForIdleChunks(Duration.ofNanos(-1));
    assertThat(store.stats().chunkBytes()).isEqualTo(8L * SIZE);

    written.seal();

    assertThat(store.stats().chunkBytes()).isZero();
    assertThat(store.contains(2)).isTrue();
  }

  @Test
  void chunkThatIsOutOfUseIsNobodysAnyMore() throws Exception {
    putFirst();

    store.askForIdleChunks(Duration.ofHours(1));
    assertThat(store.stats().chunkBytes()).isPositive();
    store.askForIdleChunks(Duration.ofNanos(-1));

    assertThat(store.stats().chunkBytes()).isZero();
    assertThat(store.usedBytes()).isEqualTo(SIZE);
  }

  @Test
  void fullStoreGivesNothingAhead() throws Exception {
    store.create(999, CAPACITY - 4L * SIZE, NODE).seal();
    for (int i = 0; i < 3; i++) {
      put(1 + i, (byte) i);
      node.read();
    }

    assertThat(store.stats().chunkBytes()).isZero();
    assertThat(node.creates).isEqualTo(3);
  }

  @Test
  void whoIsRefusedAsksForLess() throws Exception {
    store.chunkFor(OTHER, 501, 16L * SIZE);
    store.chunkFor(OTHER, 502, 16L * SIZE);
    long others = store.stats().chunkBytes();

    // The second chunk would be twice as large as the first, which there is no more.
    for (int key = 1; node.chunksGiven < 2; key++) {
      put(key, (byte) 1);
      node.read();
      store.release(key, SELF);
    }

    assertThat(node.chunks).isGreaterThan(2);
    assertThat(store.stats().chunkBytes() - others).isBetween(8L * SIZE, 12L * SIZE);
  }

  // Large values

  private static final long LARGE = 6L * SIZE;

  /** The answer to what the put asks for is there when it is done, not before. */
  private void putLarge(long key, long sizeBytes) throws InterruptedException {
    put(key, sizeBytes, (byte) key);
    node.read();
    assertThat(store.view(key).get(ValueLayout.JAVA_BYTE, sizeBytes - 1)).isEqualTo((byte) key);
  }

  /** Two values, in a row: a third has its room. */
  private void beginRow() throws InterruptedException {
    putLarge(1, LARGE);
    assertThat(node.chunks).isZero();
    putLarge(2, LARGE);
    assertThat(store.stats().chunkBytes()).isEqualTo(LARGE);
  }

  @Test
  void largeValuesInARowHaveTheirRoomAhead() throws Exception {
    beginRow();

    for (int i = 3; i < 40; i++) {
      putLarge(i, LARGE);
      store.release(i, SELF);
    }

    assertThat(node.creates).isEqualTo(2);
    assertThat(node.chunks).isEqualTo(38);
    assertThat(store.stats().chunkBytes()).isEqualTo(LARGE);
  }

  @Test
  void rowOfLargeValuesHasTheSameMemoryAgain() throws Exception {
    beginRow();
    long warm = 4 * LARGE; // two that stay, one that is written, one ahead

    for (int i = 3; i < 40; i++) {
      put(i, LARGE, (byte) i);
      node.read();
      store.release(i, SELF);
    }

    store.askForIdleChunks(Duration.ofNanos(-1));
    assertThat(store.usedBytes()).isEqualTo(2 * LARGE);
    try (WritableObject object = store.create(99, CAPACITY - 3 * LARGE, NODE)) {
      assertThat(object.coldBytes()).isEqualTo(CAPACITY - warm);
    }
  }

  @Test
  void whoIsAloneHasNoMoreThanOneAhead() throws Exception {
    beginRow();
    put(3, LARGE, (byte) 3);
    put(4, LARGE, (byte) 4); // before it has heard of the next chunk
    assertThat(node.creates).isEqualTo(3);

    putLarge(5, LARGE);

    assertThat(node.creates).isEqualTo(3);
    assertThat(store.stats().chunkBytes()).isEqualTo(LARGE);
  }

  @Test
  void valueOfAnotherSizeBeginsARowOfItsOwn() throws Exception {
    beginRow();

    putLarge(3, 16L * SIZE);

    assertThat(node.creates).isEqualTo(3);
    assertThat(node.chunks).isEqualTo(1);
    assertThat(store.stats().chunkBytes()).isZero();
  }

  @Test
  void smallerValueLeavesNothingOfALargeChunk() throws Exception {
    beginRow();

    put(3, LARGE - SIZE, (byte) 3);

    assertThat(node.creates).isEqualTo(2);
    assertThat(store.usedBytes()).isEqualTo(3 * LARGE - SIZE);
    node.read();
    assertThat(store.stats().chunkBytes()).isEqualTo(LARGE - SIZE);
  }

  @Test
  void largeValueThatIsGivenUpLeavesItsRoomToTheNext() throws Exception {
    beginRow();
    client.create(3, LARGE, SELF).close();

    putLarge(4, LARGE);

    assertThat(node.creates).isEqualTo(2);
    assertThat(store.contains(3)).isFalse();
  }

  @Test
  void moreThanAPartOfTheStoreIsAskedForEachTime() throws Exception {
    for (int i = 1; i < 5; i++) {
      putLarge(i, 17L * SIZE);
    }

    assertThat(node.creates).isEqualTo(4);
    assertThat(node.chunks).isZero();
  }

  @Test
  void whoWaitsGetsTheRoomOfTheNextLargeValue() throws Exception {
    beginRow();

    store.create(500, 494L * SIZE, NODE).seal();
    store.create(501, LARGE, NODE).seal();

    assertThat(store.stats().chunkBytes()).isZero();
    store.release(500, NODE);
    putLarge(3, 6L * SIZE - 1);
    assertThat(node.creates).isEqualTo(3);
  }

  @Test
  void chunkThatIsWantedBackBeforeItsProcessKnowsOfItGoesBack() throws Exception {
    beginRow();
    put(3, LARGE, (byte) 3);
    assertThat(store.stats().chunkBytes()).isEqualTo(LARGE);

    store.askForIdleChunks(Duration.ofNanos(-1));
    assertThat(store.stats().chunkBytes()).isEqualTo(LARGE);
    node.read();

    assertThat(store.stats().chunkBytes()).isZero();
    assertThat(store.usedBytes()).isEqualTo(3 * LARGE);
  }

  @Test
  void newMemoryIsToldAsSuch() throws Exception {
    beginRow();

    try (WritableObject third = client.create(3, LARGE, SELF)) {
      assertThat(third.coldBytes()).isEqualTo(LARGE);
      third.seal();
    }
    node.read();
    store.release(1, SELF);
    store.release(2, SELF);
    store.release(3, SELF);
    putLarge(4, LARGE);

    try (WritableObject fifth = client.create(5, LARGE, SELF)) {
      assertThat(fifth.coldBytes()).isZero();
    }
  }
}
