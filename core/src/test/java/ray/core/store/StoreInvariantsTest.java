package ray.core.store;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import ray.core.Invariant;

/** Breaks a store in each of the ways that its invariants forbid. */
class StoreInvariantsTest {
  private static final long ANN = 1;
  private static final long BOB = 2;
  private static final long CAPACITY = 64 * 10;

  private final StoreCore store =
      new StoreCore(new StoreLimits(CAPACITY, CAPACITY, 3), new RecordedEffects());
  private final StoreState state = store.state;

  /** Object 1 is Ann's, 2 a copy that nobody reads. */
  @BeforeEach
  void storeTwoObjects() {
    store.create(1, 64, ANN, 0, 0);
    store.seal(1);
    store.create(2, 64 * 2, BOB, BOB, CopyKind.SECONDARY, 0, 0);
    store.seal(2);
    store.assertInvariants();
  }

  private Entry entry(long key) {
    return Objects.requireNonNull(state.entries().get(key));
  }

  private Claim claim(long key) {
    return Objects.requireNonNull(entry(key).firstClaim);
  }

  private void put(StoreObject object, Block block) {
    var entry = new Entry(object, block, CopyKind.SECONDARY, 3, 0, 0);
    entry.beingWritten = true;
    var writer = new Claim.Process(3);
    new Claim(entry, writer).writes = true;
    state.processes().put(writer.id, writer);
    state.entries().put(object.key(), entry);
  }

  private void await(long key, long sizeBytes) {
    state.waiting().add(new WaitingCreate(key, sizeBytes, ANN, ANN, CopyKind.PRIMARY, 0, 100));
  }

  private void assertBroken(String rule) {
    assertThatThrownBy(store::assertInvariants)
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining(rule);
  }

  @Test
  void everyUsedBlockHasItsObject() {
    state.entries().remove(1);
    assertBroken("2 used blocks for 1 objects");
  }

  @Test
  void evictableBytesAreThoseOfTheEvictableObjects() {
    state.evictables().add(entry(2));
    assertBroken("evictable bytes are miscounted");
  }

  @Test
  void aProcessListsOnlyItsOwnClaims() {
    var other = new Claim.Process(3);
    other.firstClaim = claim(1);
    state.processes().put(3, other);
    assertBroken("a claim is in the list of another process");
  }

  @Test
  void aFreedObjectHasNoClaims() {
    state.allocator().free(entry(1).block);
    state.entries().remove(1);
    assertBroken("a claim is on a freed object");
  }

  @Test
  void aClaimIsInTheListsOfItsObjectAndOfItsProcess() {
    claim(1).process.firstClaim = null;
    assertBroken("claims of objects and of processes differ");
  }

  @Test
  void aCreateThatWaitsHasNoBytesYet() {
    await(1, CAPACITY);
    assertBroken("create 1 waits and has bytes");
  }

  @Test
  void waitingBytesAreThoseOfTheCreatesThatWait() {
    await(3, CAPACITY);
    store.assertInvariants();
    await(3, CAPACITY);
    assertBroken("waiting bytes are miscounted");
  }

  @Test
  void theFirstWaitingCreateDoesNotFit() {
    await(3, 64 * 7);
    assertBroken("the first waiting create would fit");
  }

  @Test
  void theFirstWaitingCreateWouldNotFitAfterEvictionEither() {
    await(3, 64 * 9);
    assertBroken("the first waiting create could have evicted");
  }

  @Test
  void aClaimWithNothingInItIsNotKept() {
    claim(1).pins = false;
    assertBroken("an empty claim was kept");
  }

  @Test
  void anObjectListsOnlyTheClaimsOnIt() {
    store.addReader(2, BOB);
    entry(1).firstClaim = claim(2);
    assertBroken("a claim is in the list of another object");
  }

  @Test
  void pinsAreThoseOfTheClaims() {
    entry(1).pins++;
    assertBroken("object 1 miscounts its pins");
  }

  @Test
  void readersAreThoseOfTheClaims() {
    entry(1).readers++;
    assertBroken("object 1 miscounts its readers");
  }

  @Test
  void whatIsWrittenHasItsWriter() {
    entry(1).beingWritten = true;
    assertBroken("object 1 has 0 writers");
  }

  @Test
  void anObjectIsNotLargerThanItsBlock() {
    Block block = Objects.requireNonNull(state.allocator().allocate(64));
    put(new StoreObject(3, 0, block.offset, 64, 0), block);
    store.assertInvariants();
    put(new StoreObject(3, 0, block.offset, 65, 0), block);
    assertBroken("object 3 is larger than its block");
  }

  @Test
  void noObjectLiesInAFreeBlock() {
    state.allocator().allocate(64);
    var elsewhere = new Block(0, 64 * 7, 64);
    elsewhere.free = true;
    put(new StoreObject(3, 0, 64 * 7, 64, 0), elsewhere);
    assertBroken("object 3 lies in a free block");
  }

  @Test
  void anObjectThatIsNotSealedIsBeingWritten() {
    store.create(3, 64, ANN, 0, 0);
    entry(3).beingWritten = false;
    claim(3).writes = false;
    assertBroken("object 3 has lost its writer");
  }

  @Test
  void aSealedObjectIsNotWritten() {
    entry(1).beingWritten = true;
    claim(1).writes = true;
    assertBroken("object 1 is sealed and written");
  }

  @Test
  void aCopyThatNobodyReadsIsEvictable() {
    entry(2).evictable = false;
    assertBroken("object 2 is wrongly (not) evictable");
  }

  @Test
  void anObjectThatItsOwnersRelyOnIsNotEvictable() {
    entry(1).evictable = true;
    assertBroken("object 1 is wrongly (not) evictable");
  }

  @Test
  void aCopyThatIsReadIsNotEvictable() {
    store.addReader(2, BOB);
    entry(2).evictable = true;
    assertBroken("object 2 is wrongly (not) evictable");
  }

  @Test
  void aCopyThatIsWrittenIsNotEvictable() {
    store.create(3, 64, BOB, BOB, CopyKind.SECONDARY, 0, 0);
    entry(3).evictable = true;
    assertBroken("object 3 is wrongly (not) evictable");
  }

  @Test
  void whatLingersIsReadOrWritten() {
    entry(1).state = ObjectState.LINGERING;
    assertBroken("object 1 should be freed");
  }

  @Test
  void aPrimaryCopyThatDoesNotLingerIsPinned() {
    store.addReader(1, ANN);
    claim(1).pins = false;
    entry(1).pins = 0;
    assertBroken("object 1 is kept by nobody");
  }

  @Test
  void noMorePinsAreReleasedThanThereAre() {
    entry(1).pins = 0;
    assertThatThrownBy(() -> store.release(1, ANN))
        .isInstanceOf(Invariant.Broken.class)
        .hasMessageContaining("pins must not be negative");
  }
}
