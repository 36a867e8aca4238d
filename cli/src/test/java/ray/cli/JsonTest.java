package ray.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class JsonTest {
  @Test
  void valuesAreWrittenAsJsonHasThem() {
    Map<String, @Nullable Object> map = new LinkedHashMap<>();
    map.put("text", "a");
    map.put("whole", 3.0);
    map.put("part", 0.5);
    map.put("long", Long.MAX_VALUE);
    map.put("yes", true);
    map.put("none", null);
    map.put("missing", Optional.empty());
    map.put("there", Optional.of(7));
    map.put("list", Arrays.asList(1, null, List.of()));
    map.put("map", Map.of());
    map.put("time", Instant.EPOCH);

    assertThat(Json.of(map))
        .isEqualTo(
            "{\"text\": \"a\", \"whole\": 3, \"part\": 0.5, \"long\": 9223372036854775807,"
                + " \"yes\": true, \"none\": null, \"missing\": null, \"there\": 7,"
                + " \"list\": [1, null, []], \"map\": {}, \"time\": \"1970-01-01T00:00:00Z\"}");
  }

  @Test
  void whatWouldBreakATextIsEscaped() {
    assertThat(Json.of("say \"\\\" \n\r\t\u0001 é 😀"))
        .isEqualTo("\"say \\\"\\\\\\\" \\n\\r\\t\\u0001 é 😀\"");
    assertThat(Json.of("\ud83d|\ude00")).isEqualTo("\"\\ud83d|\\ude00\"");
  }

  @Test
  void anArrayHasALineForEachElement() {
    StringWriter out = new StringWriter();
    Json.printArray(new PrintWriter(out, true), List.of(1, "b"));
    Json.printArray(new PrintWriter(out, true), List.of());

    assertThat(out.toString().lines()).containsExactly("[", " 1,", " \"b\"", "]", "[]");
  }
}
