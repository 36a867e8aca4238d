package ray.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** A store as another process uses it, over a link whose answers come only when they are read. */
@EnabledOnOs(OS.LINUX)
class StoreClientTest {
  private static final long NODE = 1;
  private static final long SELF = 7;
  private static final long OTHER = 8;
  private static final int SIZE = 1 << 16;

  private final ObjectStore store =
      ObjectStore.open(
          ObjectStoreConfig.ofCapacity(4L * SIZE).withMemoryKind(MemoryKind.SHARED), NODE);
  private final LateNode link = new LateNode(store, SELF);
  private final StoreClient client =
      new StoreClient(
          link,
          SELF,
          new SharedBanks(Objects.requireNonNull(store.sharedFile()), store.capacityBytes()),
          () -> 1);

  @AfterEach
  void close() {
    client.close();
    store.close();
  }

  private void put(long key, byte fill) throws InterruptedException {
    putFor(SELF, key, fill);
  }

  private void putFor(long owner, long key, byte fill) throws InterruptedException {
    try (WritableObject object = client.create(key, SIZE, owner)) {
      object.segment().fill(fill);
      assertThat(object.seal()).isTrue();
    }
  }

  @Test
  void whoCreatesReadsTheAnswerHimself() throws Exception {
    put(11, (byte) 3);

    assertThat(link.brief).isEqualTo(1);
    assertThat(client.view(11).get(ValueLayout.JAVA_BYTE, SIZE - 1)).isEqualTo((byte) 3);
    assertThat(store.usedBytes()).isEqualTo(SIZE);
  }

  @Test
  void whatIsWrittenHereIsSeenThere() throws Exception {
    put(11, (byte) 3);

    assertThat(store.view(11).get(ValueLayout.JAVA_BYTE, 5)).isEqualTo((byte) 3);
    assertThat(client.release(11, SELF)).isTrue();
  }

  @Test
  void objectThatIsGivenUpLeavesNothing() throws Exception {
    client.create(11, SIZE, SELF).close();

    assertThat(store.usedBytes()).isZero();
    assertThatThrownBy(() -> client.view(11)).isInstanceOf(ObjectNotFoundException.class);
  }

  @Test
  void refusalOfTheNodeIsTheFailureOfTheCreate() {
    assertThatThrownBy(() -> client.create(11, 5L * SIZE, SELF))
        .isInstanceOf(RemoteStoreException.class);
    assertThat(client.useCount()).isZero();
  }

  @Test
  void whatThisProcessKeepsIsReadWithoutAsking() throws Exception {
    put(11, (byte) 3);

    assertThat(client.view(11).get(ValueLayout.JAVA_BYTE, 5)).isEqualTo((byte) 3);
    try (ReadableObject reader = client.read(11)) {
      assertThat(reader.segment().byteSize()).isEqualTo(SIZE);
    }
    assertThat(link.locations).isZero();
  }

  @Test
  void whatAnotherKeepsIsAskedFor() throws Exception {
    putFor(OTHER, 11, (byte) 3);

    client.read(11).close();
    assertThat(link.locations).isEqualTo(1);
    store.release(11, OTHER);
    assertThat(store.usedBytes()).isZero();
  }

  @Test
  void bytesStayUntilTheLastReaderOfWhatWasReleasedIsDone() throws Exception {
    put(11, (byte) 3);
    ReadableObject first = client.read(11);
    ReadableObject second = client.read(11);
    client.release(11, SELF);

    first.close();
    first.close();
    assertThat(store.usedBytes()).isEqualTo(SIZE);
    second.close();
    assertThat(store.usedBytes()).isZero();
  }

  @Test
  void whatWasReleasedIsFoundNoMoreByItself() throws Exception {
    put(11, (byte) 3);
    ReadableObject reader = client.read(11);
    client.release(11, SELF);

    client.read(11).close();
    assertThat(link.locations).isEqualTo(1);
    reader.close();
    assertThatThrownBy(() -> client.read(11)).isInstanceOf(ObjectNotFoundException.class);
    assertThat(store.usedBytes()).isZero();
  }

  @Test
  void pinThatComesBackWhileViewsAreLeftIsNotReleasedWithThem() throws Exception {
    put(11, (byte) 3);
    ReadableObject reader = client.read(11);
    store.pin(11, OTHER);
    client.release(11, SELF);
    client.pin(11, SELF, () -> {});
    store.release(11, OTHER);

    reader.close();
    assertThat(store.usedBytes()).isEqualTo(SIZE);
    client.release(11, SELF);
    assertThat(store.usedBytes()).isZero();
  }

  @Test
  void viewThatNobodyCanReachLetsReleasedBytesGo() throws Exception {
    put(11, (byte) 3);
    assertThat(client.view(11).byteSize()).isEqualTo(SIZE);
    client.release(11, SELF);

    assertThat(
            Collector.collectUntil(
                store,
                () -> {
                  client.drainViews();
                  return store.usedBytes() == 0;
                }))
        .isTrue();
    assertThat(client.useCount()).isZero();
  }

  @Test
  void deathOfThisProcessFreesWhatItKeptAndRead() throws Exception {
    put(11, (byte) 3);
    ReadableObject reader = client.read(11);

    store.processDied(SELF);
    assertThat(store.usedBytes()).isZero();
    assertThat(reader.segment().byteSize()).isEqualTo(SIZE);
  }

  @Test
  void readerThatIsDoneLetsTheBytesGo() throws Exception {
    put(11, (byte) 3);
    ReadableObject reader = client.read(11);
    client.release(11, SELF);

    assertThat(store.usedBytes()).isEqualTo(SIZE);
    reader.close();
    assertThat(store.usedBytes()).isZero();
  }

  @Test
  void whoStopsWritingWaitsForWhatIsBeingWritten() throws Exception {
    WritableObject written = client.create(11, SIZE, SELF);
    assertThat(client.stopWriting(Duration.ZERO)).isFalse();
    FutureTask<Boolean> stopping =
        new FutureTask<>(() -> client.stopWriting(Duration.ofMinutes(1)));
    Thread stops = Thread.ofPlatform().start(stopping);
    while (stops.getState() != Thread.State.TIMED_WAITING) {
      Thread.onSpinWait();
    }

    written.seal();

    assertThat(stopping.get()).isTrue();
    assertThatThrownBy(() -> client.create(12, SIZE, SELF))
        .isInstanceOf(StoreClosedException.class);
    assertThat(store.usedBytes()).isEqualTo(SIZE);
  }
}
