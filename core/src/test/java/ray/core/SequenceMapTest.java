package ray.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class SequenceMapTest {
  @Property
  void behavesAsAHashMap(
      @ForAll @Size(max = 400) List<@LongRange(min = -300, max = 300) Long> numbers) {
    SequenceMap<String> map = new SequenceMap<>();
    Map<Long, String> model = new HashMap<>();
    for (int i = 0; i < numbers.size(); i++) {
      long number = numbers.get(i);
      if (i % 3 == 2) {
        assertThat(map.remove(number)).isEqualTo(model.remove(number));
      } else {
        assertThat(map.put(number, "value " + i)).isEqualTo(model.put(number, "value " + i));
      }
      assertThat(map.get(number)).isEqualTo(model.get(number));
      assertThat(map.size()).isEqualTo(model.size());
      assertThat(map.isEmpty()).isEqualTo(model.isEmpty());
    }
    Set<String> visited = new HashSet<>();
    map.forEach(visited::add);
    assertThat(visited).isEqualTo(new HashSet<>(model.values()));
  }

  @Test
  void emptiesInAnyOrder() {
    SequenceMap<Long> map = new SequenceMap<>();
    List<Long> numbers = new ArrayList<>();
    for (long number = -10_000; number < 10_000; number++) {
      assertThat(map.put(number, number)).isNull();
      numbers.add(number);
    }
    Collections.shuffle(numbers, new Random(1));
    for (long number : numbers) {
      assertThat(map.remove(number)).isEqualTo(number);
      assertThat(map.get(number)).isNull();
    }
    assertThat(map.isEmpty()).isTrue();
    map.forEach(left -> assertThat(left).isNull());
  }
}
