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
    try (WritableObject object = client.create(key, SIZE, SELF)) {
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
}
