package ray.examples.imagenet;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import ray.ObjectRef;
import ray.Ray;
import ray.junit.RayTest;

/** Sums become one by a tree whose tasks never wait for each other. */
@RayTest
class SumTreeTest {
  private record Sum(ObjectRef<PixelSum> ref, int level) {}

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3, 7, 8, 100})
  void allSumsBecomeOneAndEachAdditionStartsWhenBothAreReady(int leaves) {
    var tree = new SumTree();
    var coming = new ArrayDeque<Sum>();
    IntStream.range(0, leaves)
        .forEach(i -> coming.add(new Sum(Ray.put(new PixelSum(1, new long[] {i})), 0)));

    while (!coming.isEmpty()) {
      Sum next = coming.remove();
      Ray.wait(List.of(next.ref()));
      ObjectRef<PixelSum> joined = tree.add(next.ref(), next.level());
      if (joined != null) {
        coming.add(new Sum(joined, next.level() + 1));
      }
    }

    PixelSum total = tree.total().map(ObjectRef::get).orElse(PixelSum.zero(1));
    assertThat(total.count()).isEqualTo(leaves);
    assertThat(total.sums()).containsExactly(IntStream.range(0, leaves).sum());
  }
}
