package ray.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class LongMapTest {
  @Property
  void behavesAsAHashMap(
      @ForAll @Size(max = 400) List<@LongRange(min = -40, max = 40) Long> operations) {
    LongMap<String> map = new LongMap<>();
    Map<Long, String> model = new HashMap<>();
    for (int i = 0; i < operations.size(); i++) {
      long key = operations.get(i) * 0x100000001L;
      if (key == 0) {
        continue;
      }
      if (i % 3 == 2) {
        assertThat(map.remove(key)).isEqualTo(model.remove(key));
      } else {
        assertThat(map.put(key, "value " + i)).isEqualTo(model.put(key, "value " + i));
      }
      assertThat(map.get(key)).isEqualTo(model.get(key));
      assertThat(map.size()).isEqualTo(model.size());
    }
    Set<String> visited = new HashSet<>();
    map.forEach(visited::add);
    assertThat(visited).isEqualTo(new HashSet<>(model.values()));
  }

  @Test
  void growsAndShrinks() {
    LongMap<Long> map = new LongMap<>();
    for (long i = 1; i <= 100_000; i++) {
      map.put(2 * i, i);
    }
    for (long i = 1; i <= 100_000; i++) {
      assertThat(map.get(2 * i)).isEqualTo(i);
      if (i > 10) {
        assertThat(map.remove(2 * i)).isEqualTo(i);
      }
    }
    assertThat(map.size()).isEqualTo(10);
    assertThat(map.isEmpty()).isFalse();
  }

  @Test
  void refusesZero() {
    assertThatThrownBy(() -> new LongMap<String>().put(0, "nothing"))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(new LongMap<String>().get(0)).isNull();
    assertThat(new LongMap<String>().remove(0)).isNull();
  }
}
