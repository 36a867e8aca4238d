package ray.core.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Objects;
import org.junit.jupiter.api.Test;
import ray.core.Invariant;

/** Where blocks are put, and that a broken plan of them is noticed. */
class BankAllocatorTest {
  /** Three banks of ten cache lines each. */
  private final BankAllocator allocator = new BankAllocator(64 * 30, 64 * 10);

  private Block allocate(long bytes) {
    return Objects.requireNonNull(allocator.allocate(bytes));
  }

  private void assertBroken(int usedBlocks, String rule) {
    assertThatThrownBy(() -> allocator.assertInvariants(usedBlocks))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining(rule);
  }

  @Test
  void theFirstBankWithRoomIsTakenWhenAllAreCold() {
    assertThat(allocate(64 * 6)).hasToString("used[bank 0, 0..384)");
    assertThat(allocate(64 * 6)).hasToString("used[bank 1, 0..384)");
    assertThat(allocate(64 * 2)).hasToString("used[bank 0, 384..512)");
  }

  @Test
  void aBankThatIsWarmEnoughIsTakenBeforeAColdOne() {
    allocator.warmed(1, 64 * 4);
    assertThat(allocate(64 * 5)).hasToString("used[bank 0, 0..320)");
    assertThat(allocate(64 * 4)).hasToString("used[bank 1, 0..256)");
  }

  @Test
  void theRoomLeftIsTheCapacityLessWhatIsUsed() {
    Block block = allocate(64 * 4);
    allocate(64);
    allocator.free(block);
    assertThat(block).hasToString("free[bank 0, 0..256)");
    assertThat(allocator.freeBytes()).isEqualTo(64 * 29);
  }

  @Test
  void theLargestFreeRangeMayBeAHole() {
    Block first = allocate(64 * 8);
    allocate(64 * 2);
    allocate(64 * 3);
    allocate(64 * 8);
    allocator.free(first);
    assertThat(allocator.largestFreeBytes()).isEqualTo(64 * 8);
  }

  @Test
  void moreThanThereIsIsNotHandedOut() {
    Block whole = allocate(64 * 10);
    allocate(64 * 10);
    allocate(64 * 10);
    whole.sizeBytes = 64;
    allocator.free(whole);
    assertThatThrownBy(() -> allocator.allocate(64 * 10))
        .isInstanceOf(Invariant.Broken.class)
        .hasMessageContaining("no more is used than there is");
  }

  @Test
  void moreThanWasHandedOutIsNotTakenBack() {
    Block block = allocate(64);
    allocator.free(block);
    assertThatThrownBy(() -> allocator.free(block))
        .isInstanceOf(Invariant.Broken.class)
        .hasMessageContaining("used bytes must not be negative");
  }

  @Test
  void usedBlocksAreAsManyAsObjects() {
    allocate(64);
    allocator.assertInvariants(1);
    assertBroken(2, "1 used blocks for 2 objects");
  }

  @Test
  void noBlockLiesBeyondTheEndOfItsBank() {
    allocate(64);
    allocator.free(new Block(0, 64 * 11, 64));
    assertBroken(1, "bank 0 is used beyond its end");
  }

  @Test
  void everyBlockIsListedInItsOwnBank() {
    allocate(64 * 9);
    Block of1 = allocate(64 * 9);
    allocate(64).previous = of1;
    assertBroken(3, "used[bank 1, 0..576) is listed in bank 0");
  }

  @Test
  void aBlockEndsWhereTheNextBegins() {
    Block block = allocate(64);
    allocate(64);
    block.sizeBytes = 128;
    assertBroken(2, "used[bank 0, 0..128) does not end at 64");
  }

  @Test
  void neighboursKnowEachOther() {
    Block block = allocate(64);
    allocate(64);
    block.next = null;
    assertBroken(2, "used[bank 0, 0..64) has a wrong neighbour");
  }

  @Test
  void noBlockIsEmpty() {
    allocate(0);
    assertBroken(1, "used[bank 0, 0..0) is empty");
  }

  @Test
  void blocksAreAligned() {
    allocate(10);
    allocate(64);
    assertBroken(2, "used[bank 0, 10..74) is not aligned");
  }

  @Test
  void freeNeighboursAreMerged() {
    Block first = allocate(64);
    Block second = allocate(64);
    allocate(64);
    first.free = true;
    second.free = true;
    assertBroken(1, "free[bank 0, 0..64) should have been merged");
  }

  @Test
  void theLastBlockOfABankIsNotFree() {
    allocate(64).free = true;
    assertBroken(0, "free[bank 0, 0..64) should have been merged");
  }

  @Test
  void banksHaveNoGaps() {
    allocate(64);
    allocate(64).previous = null;
    assertBroken(2, "bank 0 starts with a gap of 64 bytes");
  }

  @Test
  void usedBytesAreThoseOfTheUsedBlocks() {
    Block block = allocate(64);
    allocate(64);
    block.free = true;
    assertBroken(1, "used bytes are 64, counted 128");
  }

  @Test
  void theTreeOfHolesHasEachHole() {
    Block block = allocate(64);
    Block next = allocate(64);
    var foreign = new Block(0, 256, 64);
    foreign.next = next;
    allocator.free(foreign);
    block.free = true;
    assertBroken(1, "holes are [free[bank 0, 0..64)], in the tree [free[bank 0, 256..320)]");
  }

  @Test
  void theTreeOfHolesIsInOrder() {
    Block first = allocate(64);
    allocate(64);
    Block second = allocate(64);
    allocate(64);
    allocator.free(first);
    allocator.free(second);
    allocator.assertInvariants(2);
    Block parent = first.right == second ? first : second;
    Block swapped = parent.left;
    parent.left = parent.right;
    parent.right = swapped;
    assertBroken(2, "the tree of holes is out of order");
  }
}
