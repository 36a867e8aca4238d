package ray.core.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Objects;
import java.util.OptionalLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class StoreCoreTest {
  private static final long ANN = 1;
  private static final long BOB = 2;
  private static final long CAPACITY = 64 * 100;
  private static final long PATIENT_NS = 1_000;

  private final RecordedEffects effects = new RecordedEffects();
  private final StoreCore store = new StoreCore(new StoreLimits(CAPACITY, CAPACITY, 3), effects);

  @AfterEach
  void invariantsHold() {
    store.assertInvariants();
  }

  private void create(long key, long sizeBytes) {
    store.create(key, sizeBytes, ANN, 0, PATIENT_NS);
  }

  private void put(long key, long sizeBytes) {
    create(key, sizeBytes);
    assertThat(store.seal(key)).isTrue();
  }

  private void fetch(long key, long sizeBytes) {
    store.create(key, sizeBytes, BOB, BOB, CopyKind.SECONDARY, 0, PATIENT_NS);
    assertThat(store.seal(key)).isTrue();
  }

  @Test
  void objectLivesFromCreateUntilItsOwnerReleasesIt() {
    create(7, 100);
    assertThat(effects.object(7)).isEqualTo(new StoreObject(7, 0, 0, 100, 100));
    assertThat(store.isSealed(7)).isFalse();

    assertThat(store.seal(7)).isTrue();
    assertThat(store.isSealed(7)).isTrue();

    assertThat(store.release(7, ANN)).isTrue();
    assertThat(effects.freed).containsExactly(new RecordedEffects.Freed(7, FreeCause.RELEASED));
    assertThat(store.usedBytes()).isZero();
  }

  @Test
  void lateOrRepeatedEventsChangeNothing() {
    put(1, 10);
    assertThat(store.seal(1)).isFalse();
    assertThat(store.cancelCreate(1)).isFalse();
    assertThat(store.removeReader(1, ANN)).isFalse();
    assertThat(store.release(1, BOB)).isFalse();
    assertThat(store.discard(1)).isFalse();
    assertThat(store.release(1, ANN)).isTrue();
    assertThat(store.release(1, ANN)).isFalse();
    assertThat(store.pin(1, ANN)).isFalse();
    assertThat(store.addReader(1, ANN)).isNull();
    assertThat(store.seal(1)).isFalse();
    assertThat(effects.freed).hasSize(1);
  }

  @Test
  void unsealedObjectCannotBeRead() {
    create(1, 10);
    assertThat(store.addReader(1, ANN)).isNull();
  }

  @Test
  void readerKeepsReleasedObjectButNobodyElseFindsIt() {
    put(1, 10);
    assertThat(store.addReader(1, BOB)).isNotNull();
    assertThat(store.addReader(1, BOB)).isNotNull();
    store.release(1, ANN);

    assertThat(effects.live).containsKey(1L);
    assertThat(store.pin(1, BOB)).isFalse();
    assertThat(store.addReader(1, ANN)).isNull();
    assertThat(store.stats().lingeringBytes()).isEqualTo(64);

    store.removeReader(1, BOB);
    assertThat(effects.live).containsKey(1L);
    store.removeReader(1, BOB);
    assertThat(effects.live).isEmpty();
  }

  @Test
  void whoIsGivenUpHasNothingMoreButKeepsWhatItHasUntilItIsDead() {
    put(1, 10);
    store.create(2, 100, BOB, 0, PATIENT_NS);
    effects.has(Objects.requireNonNull(store.grantChunk(3, 128, BOB, 0)));
    assertThat(store.addReader(1, BOB)).isNotNull();
    store.release(1, ANN);

    store.giveUp(BOB);

    assertThat(store.seal(2)).as("sealed by one that is given up").isFalse();
    assertThat(store.carve(3, 4, 10, BOB, 0)).isFalse();
    assertThat(store.grantChunk(5, 64, BOB, 0)).isNull();
    store.create(6, 10, BOB, 0, PATIENT_NS);
    store.create(7, 10, BOB, ANN, CopyKind.PRIMARY, 0, PATIENT_NS);
    assertThat(effects.failure(6)).isEqualTo(new CreateFailure.ProcessDied(BOB));
    assertThat(effects.failure(7)).isEqualTo(new CreateFailure.ProcessDied(BOB));
    put(8, 10);
    assertThat(store.pin(8, BOB)).isFalse();
    assertThat(store.addReader(8, BOB)).isNull();
    assertThat(effects.live.keySet()).containsExactlyInAnyOrder(1L, 3L, 8L);

    store.processDied(BOB);

    assertThat(effects.live.keySet()).containsExactly(8L);
    assertThat(store.chunkBytes()).isZero();
  }

  @Test
  void whatIsStillBeingWrittenIsNobodysUntilItsWriterIsDead() {
    store.create(1, CAPACITY, BOB, 0, PATIENT_NS);
    store.giveUp(BOB);
    create(2, 10);
    assertThat(effects.live.keySet()).containsExactly(1L);

    store.processDied(BOB);

    assertThat(effects.live.keySet()).containsExactly(2L);
  }

  @Test
  void whatIsCarvedForOneThatIsGoneIsFreedAtOnce() {
    assertThat(store.grantChunk(1, 256, BOB, 0)).isNotNull();
    store.processDied(ANN);

    assertThat(store.carve(1, 2, 10, ANN, 0)).isTrue();

    assertThat(effects.freed).containsExactly(new RecordedEffects.Freed(2, FreeCause.RELEASED));
    assertThat(store.chunkBytes()).isEqualTo(192);
  }

  @Test
  void ownersAreToldWhatOneThatIsGoneHasMadeForThem() {
    store.create(1, 10, ANN, BOB, CopyKind.PRIMARY, 0, PATIENT_NS);
    store.seal(1);
    store.create(2, 10, ANN, BOB, CopyKind.PRIMARY, 0, PATIENT_NS);
    assertThat(store.grantChunk(3, 128, BOB, 0)).isNotNull();
    store.carve(3, 4, 10, ANN, 0);
    store.carve(3, 5, 10, BOB, 0);
    store.create(6, 10, ANN, BOB, CopyKind.PRIMARY, 0, PATIENT_NS);
    store.seal(6);
    store.release(6, ANN);

    store.processDied(BOB);

    RecordedEffects.Left left = effects.left.getFirst();
    assertThat(effects.left).containsExactly(left);
    assertThat(left.writer()).isEqualTo(BOB);
    assertThat(left.owner()).isEqualTo(ANN);
    assertThat(left.keys()).containsExactlyInAnyOrder(1L, 4L);
  }

  @Test
  void everyOwnerKeepsTheObjectOnce() {
    put(1, 10);
    assertThat(store.pin(1, BOB)).isTrue();
    assertThat(store.pin(1, BOB)).isTrue();
    store.release(1, ANN);
    assertThat(effects.live).containsKey(1L);
    store.release(1, BOB);
    assertThat(effects.live).isEmpty();
  }

  @Test
  void objectReleasedWhileItIsWrittenKeepsItsBytesUntilTheWriterIsDone() {
    store.create(1, 10, ANN, BOB, CopyKind.PRIMARY, 0, 0);
    store.release(1, ANN);
    assertThat(effects.live).containsKey(1L);

    assertThat(store.seal(1)).isFalse();
    assertThat(effects.live).isEmpty();
  }

  @Test
  void ownersDeathSparesTheBytesThatAnotherProcessWrites() {
    store.create(1, 10, ANN, BOB, CopyKind.PRIMARY, 0, 0);
    store.processDied(ANN);
    assertThat(effects.live).containsKey(1L);
    assertThat(store.cancelCreate(1)).isTrue();
    assertThat(effects.live).isEmpty();
  }

  @Test
  void writersDeathAbortsWhatItWroteWhoeverPinsIt() {
    store.create(1, 10, ANN, BOB, CopyKind.PRIMARY, 0, 0);
    store.processDied(BOB);
    assertThat(effects.freed).containsExactly(new RecordedEffects.Freed(1, FreeCause.ABORTED));
  }

  @Test
  void deathDropsPinsReadersAndWaitingCreates() {
    put(1, 64 * 50);
    put(2, 64 * 50);
    store.addReader(2, BOB);
    store.release(2, ANN);
    store.create(3, 64, BOB, 0, PATIENT_NS);
    store.create(4, 64, ANN, 0, PATIENT_NS);

    store.processDied(BOB);

    assertThat(effects.failure(3)).isEqualTo(new CreateFailure.ProcessDied(BOB));
    assertThat(effects.live).containsOnlyKeys(1L, 4L);
    store.processDied(ANN);
    assertThat(effects.live).isEmpty();
    assertThat(store.usedBytes()).isZero();
  }

  @Test
  void createsThatDoNotFitWaitInTurn() {
    put(1, 64 * 60);
    create(2, 64 * 70);
    create(3, 64);
    assertThat(effects.created).containsExactly(1L);
    assertThat(store.waitingCreates()).isEqualTo(2);

    store.release(1, ANN);

    assertThat(effects.created).containsExactly(1L, 2L, 3L);
  }

  @Test
  void cancellingTheFirstOfTheWaitingLetsTheNextIn() {
    put(1, 64 * 60);
    create(2, 64 * 70);
    create(3, 64);
    assertThat(store.cancelCreate(2)).isTrue();
    assertThat(effects.failure(2)).isEqualTo(new CreateFailure.Cancelled());
    assertThat(effects.created).containsExactly(1L, 3L);
  }

  @Test
  void theNextDeadlineIsTheEarliestOfThoseThatWait() {
    put(1, 64 * 100);
    store.create(2, 64, ANN, 5, 500);
    store.create(3, 64, ANN, 10, 90);
    store.create(4, 64, ANN, 15, 300);
    assertThat(store.nextDeadlineNs()).isEqualTo(OptionalLong.of(100));

    store.expire(100);

    assertThat(effects.failures).containsOnlyKeys(3L);
    assertThat(store.nextDeadlineNs()).isEqualTo(OptionalLong.of(315));
  }

  @Test
  void waitingCreateFailsAtItsDeadlineAndNamesWhoHoldsTheMemory() {
    put(1, 64 * 60);
    store.create(2, 64 * 30, BOB, 0, PATIENT_NS);
    store.seal(2);
    store.addReader(2, BOB);
    create(3, 64 * 70);
    create(4, 64 * 5);
    assertThat(store.nextDeadlineNs()).isEqualTo(OptionalLong.of(PATIENT_NS));

    store.expire(PATIENT_NS - 1);
    assertThat(effects.failures).isEmpty();
    store.expire(PATIENT_NS);

    assertThat(effects.failure(3))
        .isInstanceOfSatisfying(
            CreateFailure.TimedOut.class,
            failure -> {
              assertThat(failure.usedBytes()).isEqualTo(64 * 90);
              assertThat(failure.largestFreeBytes()).isEqualTo(64 * 10);
              assertThat(failure.topHolders())
                  .containsExactly(
                      new Holder(ANN, 1, 64 * 60, 64 * 60, 0),
                      new Holder(BOB, 1, 64 * 30, 64 * 30, 64 * 30));
              assertThat(failure.message()).contains("4,480 bytes", "Process 1 keeps 3,840 bytes");
            });
    // Both were overdue: what has waited too long fails even if it would fit now.
    assertThat(effects.failures).containsOnlyKeys(3L, 4L);
    assertThat(store.nextDeadlineNs()).isEmpty();
  }

  @Test
  void waitingIsCountedFromTheCreateOn() {
    put(1, CAPACITY);
    store.create(2, 64, ANN, 5_000, PATIENT_NS);
    store.expire(7_000);
    assertThat(effects.failure(2))
        .isInstanceOfSatisfying(
            CreateFailure.TimedOut.class,
            failure -> assertThat(failure.waitedNs()).isEqualTo(2_000));
  }

  @Test
  void impatientCreateFailsAtOnce() {
    put(1, CAPACITY);
    store.create(2, 1, ANN, 0, 0);
    assertThat(effects.failure(2)).isInstanceOf(CreateFailure.TimedOut.class);
    assertThat(store.waitingCreates()).isZero();
  }

  @Test
  void onlySoManyCreatesMayWait() {
    put(1, CAPACITY);
    for (int key = 2; key <= 5; key++) {
      create(key, 1);
    }
    assertThat(effects.failures).containsOnlyKeys(5L);
    assertThat(effects.failure(5)).isEqualTo(new CreateFailure.TooManyWaiting(3));
  }

  @Test
  void objectLargerThanAnyBankIsRefused() {
    var banked = new StoreCore(new StoreLimits(64 * 10, 64 * 4, 3), effects);
    assertThat(banked.bankCount()).isEqualTo(3);
    assertThat(banked.bankBytes(2)).isEqualTo(64 * 2);
    banked.create(1, 64 * 4 + 1, ANN, 0, PATIENT_NS);
    assertThat(effects.failure(1))
        .isEqualTo(new CreateFailure.TooLarge(64 * 4 + 1, 64 * 4, 64 * 10));
    assertThat(effects.failure(1).message()).contains("256 bytes", "split the value");
  }

  @Test
  void keyIsTakenFromTheFirstCreateOn() {
    put(1, CAPACITY);
    create(1, 10);
    assertThat(effects.failure(1)).isEqualTo(new CreateFailure.KeyInUse(1));
    create(2, 10);
    create(2, 10);
    assertThat(effects.failure(2)).isEqualTo(new CreateFailure.KeyInUse(2));
    assertThat(store.waitingCreates()).isEqualTo(1);
  }

  @Test
  void unreadSecondaryCopiesAreEvictedLeastRecentlyUsedFirst() {
    for (int key = 1; key <= 4; key++) {
      fetch(key, 64 * 25);
    }
    store.addReader(1, ANN);
    store.removeReader(1, ANN);
    store.addReader(2, ANN);

    create(10, 64 * 20);
    create(11, 64 * 20);

    assertThat(effects.freed)
        .containsExactly(
            new RecordedEffects.Freed(3, FreeCause.EVICTED),
            new RecordedEffects.Freed(4, FreeCause.EVICTED));
    assertThat(store.stats().evictedObjects()).isEqualTo(2);
  }

  @Test
  void nothingIsEvictedInVain() {
    put(1, 64 * 50);
    fetch(2, 64 * 10);
    create(3, 64 * 60);
    assertThat(effects.live).containsOnlyKeys(1L, 2L);
  }

  @Test
  void endOfReadingLetsAWaitingCreateEvict() {
    fetch(1, CAPACITY);
    store.addReader(1, BOB);
    create(2, 10);
    assertThat(effects.created).containsExactly(1L);
    store.removeReader(1, BOB);
    assertThat(effects.created).containsExactly(1L, 2L);
  }

  @Test
  void evictedCopiesAndFreeRoomTogetherGiveOneObjectItsRoom() {
    put(1, 64 * 20);
    fetch(2, 64 * 40);
    create(3, 64 * 80);
    assertThat(effects.live).containsOnlyKeys(1L, 3L);
  }

  @Test
  void pinMakesSecondaryCopyPrimary() {
    fetch(1, CAPACITY);
    assertThat(store.pin(1, ANN)).isTrue();
    create(2, 10);
    assertThat(effects.live).containsOnlyKeys(1L);
    store.release(1, ANN);
    assertThat(effects.live).containsOnlyKeys(2L);
  }

  @Test
  void discardedSecondaryCopyGoesWithItsLastReader() {
    fetch(1, 10);
    fetch(2, 10);
    store.addReader(2, BOB);
    assertThat(store.discard(1)).isTrue();
    assertThat(store.discard(2)).isTrue();
    assertThat(effects.live).containsOnlyKeys(2L);
    store.removeReader(2, BOB);
    assertThat(effects.live).isEmpty();
  }

  @Test
  void warmMemoryIsHandedOutBeforeColdMemory() {
    put(1, 64 * 20);
    put(2, 64);
    store.release(1, ANN);

    create(3, 64 * 10);
    create(4, 64 * 10);

    assertThat(effects.object(3)).isEqualTo(new StoreObject(3, 0, 0, 64 * 10, 0));
    assertThat(effects.object(4)).isEqualTo(new StoreObject(4, 0, 64 * 10, 64 * 10, 0));
    create(5, 64);
    assertThat(effects.object(5).coldBytes()).isEqualTo(64);
  }

  @Test
  void memoryThatTheShellHasTouchedIsWarm() {
    store.warmed(0, 64 * 10);
    create(1, 64 * 15);
    assertThat(effects.object(1).coldBytes()).isEqualTo(64 * 5);
    assertThat(store.warmEnd(0)).isEqualTo(64 * 15);
    store.cancelCreate(1);
    assertThat(store.warmFreeBytes()).isEqualTo(64 * 15);
  }

  @Test
  void memoryInUseIsNotWarmAndFree() {
    store.warmed(0, 64 * 10);
    create(1, 64 * 4);
    assertThat(store.warmFreeBytes()).isEqualTo(64 * 6);
  }

  @Test
  void emptyObjectsAreObjects() {
    put(1, 0);
    put(2, 0);
    assertThat(effects.object(1).offset()).isNotEqualTo(effects.object(2).offset());
    assertThat(store.addReader(1, ANN)).isEqualTo(effects.object(1));
  }

  @Test
  void largestObjectsAreListedFirstWithWhoKeepsThem() {
    put(1, 10);
    put(2, 1000);
    store.addReader(2, BOB);
    assertThat(store.objects(1))
        .containsExactly(
            new ObjectInfo(
                effects.object(2),
                CopyKind.PRIMARY,
                ObjectState.SEALED,
                List.of(ANN),
                List.of(BOB),
                0));
  }

  @Test
  void objectsOfOneSizeAreListedByTheirKeys() {
    for (long key : new long[] {5, 3, 9, 1}) {
      put(key, 64);
    }
    assertThat(store.objects(9))
        .extracting(info -> info.object().key())
        .containsExactly(1L, 3L, 5L, 9L);
  }

  @Test
  void statsCountWhatIsWrittenReadAndKept() {
    create(1, 64 * 10);
    put(2, 64 * 20);
    store.addReader(2, ANN);
    store.addReader(2, BOB);
    put(3, 64 * 5);
    store.addReader(3, BOB);
    store.release(3, ANN);
    fetch(4, 64 * 15);
    put(6, 64);
    create(5, 64 * 70);
    assertThat(store.stats())
        .isEqualTo(
            new StoreStats(
                CAPACITY, 64 * 51, 64 * 49, 5, 1, 2, 64 * 25, 64 * 5, 64 * 15, 0, 1, 64 * 70, 0));
  }
}
