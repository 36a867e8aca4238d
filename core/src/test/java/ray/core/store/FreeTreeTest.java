package ray.core.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** StoreCorePropertiesTest compares what it finds with a search through a list. */
class FreeTreeTest {
  private final FreeTree tree = new FreeTree();

  @Test
  void aBlocksPriorityIsItsAddressMixedBySplitMix64() {
    assertThat(new Block(0, 0x9e3779b97f4a7c15L, 64).priority).isEqualTo((int) 0xe220a8397b1dcdafL);
    assertThat(new Block(3, 640, 64).priority)
        .isEqualTo(new Block(0, (3L << 40) + 640, 64).priority);
  }

  @Test
  void noBlockStandsAboveOneOfHigherPriority() {
    List<Block> blocks = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      blocks.add(new Block(0, 64L * i, 64L * i));
    }
    blocks.forEach(tree::add);
    assertHeap();
    for (int i = 0; i < 300; i += 3) {
      tree.remove(blocks.get(i));
    }
    assertHeap();
  }

  private void assertHeap() {
    tree.forEach(block -> {
      assertBelow(block, block.left);
      assertBelow(block, block.right);
    });
  }

  private static void assertBelow(Block block, @Nullable Block child) {
    assertThat(child == null || child.priority <= block.priority)
        .as("%s below %s", child, block)
        .isTrue();
  }

  @Test
  void theLargestIsNothingInAnEmptyTree() {
    assertThat(tree.largestBytes()).isZero();
    tree.add(new Block(0, 0, 128));
    tree.add(new Block(0, 256, 640));
    tree.add(new Block(0, 1024, 64));
    assertThat(tree.largestBytes()).isEqualTo(640);
  }

  @Test
  void whatIsNotInTheTreeIsNotTakenOutOfIt() {
    tree.add(new Block(0, 0, 64));
    var other = new Block(0, 128, 64);
    assertThatThrownBy(() -> tree.remove(other))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("used[bank 0, 128..192)");
  }
}
